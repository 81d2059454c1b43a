// SPDX-License-Identifier: MIT
//
// A handler that refers to an object must be gone before the object is, and another thread may be inside the handler
// just then: a hundred charts come and go on the main thread while a second thread measures and notifies without pause.
//
// What makes it work: the end of a guard unregisters its handler and waits until no other thread is inside of it. What
// the calls have written is visible then, and what the handler refers to may be freed, without a lock. A guard does not
// care whether its registry is still there.

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::SyncRegistry;

namespace {

struct Sample
{
    int number;
};

class Chart
{
public:
    explicit Chart(SyncRegistry<Sample> &samples)
        : m_guard(samples.registerGuard([this](const Sample &sample) { add(sample); }, {.name = "chart"}))
    {}

    void waitForSamples(std::size_t count) const
    {
        for (std::size_t have = m_count; have < count; have = m_count)
            m_count.wait(have);
    }

    // Ends the guard first: only then do the samples belong to the calling thread.
    std::vector<int> takeSamples()
    {
        m_guard.reset();
        return std::move(m_samples);
    }

private:
    void add(const Sample &sample) // on the thread that measures, the only one that notifies
    {
        m_samples.push_back(sample.number);
        ++m_count;
        m_count.notify_one();
    }

    std::vector<int> m_samples;
    std::atomic<std::size_t> m_count = 0;
    // The last member, so that it ends before those that the handler uses.
    SignalBox::HandlerGuard m_guard;
};

bool areConsecutive(const std::vector<int> &numbers)
{
    return std::ranges::adjacent_find(numbers, [](int a, int b) { return b != a + 1; }) == numbers.end();
}

} // namespace

int main()
{
    SyncRegistry<Sample> samples;
    std::jthread measuring([&](std::stop_token stop) {
        for (int number = 0; !stop.stop_requested(); ++number)
            samples.notify({number});
    });

    int complete = 0;
    for (int i = 0; i < 100; ++i) {
        const auto chart = std::make_unique<Chart>(samples);
        chart->waitForSamples(10);
        // Some are asked for what they have, the others are destroyed in the middle of everything.
        if (i % 2 == 0)
            complete += areConsecutive(chart->takeSamples());
    }
    std::cout << "100 charts came and went, 50 were asked, " << complete << " of them missed nothing\n"
              << samples.handlerCount() << " handlers are left\n";
    measuring.request_stop();
    measuring.join();

    // Guards of different registries are of one type. In a set they end together, for the price of one.
    SyncRegistry<std::string> messages;
    SignalBox::GuardSet dialog;
    dialog.add(samples.registerGuard([](const Sample &) {}));
    dialog.add(messages.registerGuard([](const std::string &) {}));
    std::cout << samples.handlerCount() + messages.handlerCount() << " handlers while the dialog is open, ";
    dialog.reset();
    std::cout << samples.handlerCount() + messages.handlerCount() << " after it\n";

    auto shortLived = std::make_unique<SyncRegistry<Sample>>();
    SignalBox::HandlerGuard guard = shortLived->registerGuard([](const Sample &) {});
    shortLived.reset();
    std::cout << "the registry went first: its guard is " << (guard.isActive() ? "active" : "inactive") << '\n';

    guard = messages.registerGuard([](const std::string &text) { std::cout << text << '\n'; });
    guard.release(); // from here on the handler lives as long as its registry
    messages.notify("released, and called");
    return complete == 50 ? 0 : 1;
}
