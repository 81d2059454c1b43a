// SPDX-License-Identifier: MIT
//
// Four threads notify one registry at once, without pause, while handlers come and go: searches are counted, and
// subscribers listen until they have heard of each thread.
//
// What makes it work: notify() is lock-free and writes nothing that threads share, so they do not slow each other down.
// Each walks the list as it was when its notify() began: who stays registered misses no event and gets none twice. A
// handler may run on several threads at once: what it does to shared data is its own to protect.

#include <SignalBox/SyncRegistry>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr unsigned threadCount = 4;
constexpr std::size_t subscriberCount = 50;

struct Search
{
    unsigned thread;
    std::string word;
};

// Anything but a single number: a lock of our own.
class WordCounts
{
public:
    void operator()(const Search &search)
    {
        const std::lock_guard lock(m_mutex);
        ++m_counts[search.word];
    }
    std::map<std::string, std::uint64_t> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_counts, {});
    }

private:
    std::mutex m_mutex;
    std::map<std::string, std::uint64_t> m_counts;
};

class Subscriber
{
public:
    void operator()(const Search &search) // on any of the threads
    {
        if (m_hasEnded)
            ++callsAfterTheEnd;
        ++calls;
        m_heard.fetch_or(1U << search.thread);
        m_heard.notify_one();
    }
    void waitForAllThreads() const
    {
        for (unsigned heard = m_heard; heard != (1U << threadCount) - 1; heard = m_heard)
            m_heard.wait(heard);
    }
    void end() { m_hasEnded = true; } // from here on it might be freed

    static inline std::atomic<std::uint64_t> calls = 0;
    static inline std::atomic<int> callsAfterTheEnd = 0;

private:
    std::atomic<unsigned> m_heard = 0; // a bit for each thread
    std::atomic<bool> m_hasEnded = false;
};

} // namespace

int main()
{
    SignalBox::SyncRegistry<Search> searches;
    std::atomic<std::uint64_t> total = 0; // a number: an atomic will do
    WordCounts words;
    searches.registerHandler([&](const Search &) { ++total; }, {.name = "total"});
    searches.registerHandler(std::ref(words), {.name = "words"});

    // Each thread counts for itself what it did.
    std::array<std::uint64_t, threadCount> notified{};
    std::array<std::uint64_t, threadCount> called{};
    std::vector<std::jthread> threads;
    for (unsigned thread = 0; thread < threadCount; ++thread) {
        threads.emplace_back([&, thread](std::stop_token stop) {
            const Search search{thread, "word " + std::to_string(thread)};
            while (!stop.stop_requested()) {
                called[thread] += searches.notify(search).called;
                ++notified[thread];
            }
        });
    }

    std::vector<Subscriber> subscribers(subscriberCount);
    for (Subscriber &subscriber : subscribers) {
        {
            const auto guard = searches.registerGuard(std::ref(subscriber));
            subscriber.waitForAllThreads();
        }
        subscriber.end();
    }
    for (std::jthread &thread : threads)
        thread.request_stop();
    threads.clear(); // joins them

    std::uint64_t allNotified = 0;
    std::uint64_t allCalled = 0;
    int rightWords = 0;
    const auto counts = words.take();
    for (unsigned thread = 0; thread < threadCount; ++thread) {
        allNotified += notified[thread];
        allCalled += called[thread];
        rightWords += counts.at("word " + std::to_string(thread)) == notified[thread];
    }
    const bool isTotalRight = total == allNotified;
    const bool areReportsRight = allCalled == 2 * allNotified + Subscriber::calls;
    std::cout << threadCount << " threads searched while " << subscriberCount
              << " subscribers came, heard all threads, and went\n"
              << "total: " << (isTotalRight ? "each search once" : "wrong") << '\n'
              << "words: right for " << rightWords << " of " << threadCount << " threads\n"
              << "subscribers called after their end: " << Subscriber::callsAfterTheEnd << '\n'
              << "reports: " << (areReportsRight ? "each call counted" : "wrong") << '\n';
    const bool isRight = isTotalRight && areReportsRight && rightWords == threadCount;
    return isRight && Subscriber::callsAfterTheEnd == 0 ? 0 : 1;
}
