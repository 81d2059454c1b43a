// SPDX-License-Identifier: MIT
#include "observer.h"

#include <elf.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace SignalBox::Doctor {

namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1000 * millisecond;
constexpr std::size_t mostStalls = 10'000;
constexpr std::size_t mostStacks = 200;
constexpr std::size_t mostSamples = 200'000;

std::uint64_t now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::uint64_t(time.tv_sec) * second + std::uint64_t(time.tv_nsec);
}

std::uint64_t gone(const Connection &connection)
{
    return connection.done.load(std::memory_order_relaxed) + connection.removed.load(std::memory_order_relaxed)
            + connection.receiverDied.load(std::memory_order_relaxed) + connection.receiverDiedAtEnd.load(std::memory_order_relaxed);
}

bool isPositionFixed(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    Elf64_Ehdr header{};
    file.read(reinterpret_cast<char *>(&header), sizeof header);
    return file && header.e_type == ET_EXEC;
}

} // namespace

Observer::Observer(Record &record, pid_t process)
    : m_record(record), m_process(process), m_capture(process), m_seen(Record::threadCapacity), m_traffic(1), m_posted(1), m_secondSince(now())
{
}

std::string Observer::threadName(pid_t tid, const std::string &recorded) const
{
    if (tid == m_process)
        return "the main thread";
    std::string &name = m_names[tid];
    if (name.empty()) {
        std::ifstream file("/proc/" + std::to_string(m_process) + "/task/" + std::to_string(tid) + "/comm");
        std::string read;
        if (std::getline(file, read) && !read.empty())
            name = "thread " + read;
        else if (!recorded.empty())
            name = "thread " + recorded;
        else
            return "thread " + std::to_string(tid);
    }
    return name;
}

std::uint64_t Observer::readDelay(pid_t tid) const
{
    std::ifstream file("/proc/" + std::to_string(m_process) + "/task/" + std::to_string(tid) + "/schedstat");
    std::uint64_t run = 0, delay = 0;
    file >> run >> delay;
    return file ? delay : 0;
}

bool Observer::isInLoop(const Thread &thread) const
{
    int loops = 0, deliveries = 0;
    if (!m_capture.read(thread.loops.load(std::memory_order_relaxed), &loops, sizeof loops)
        || !m_capture.read(thread.deliveries.load(std::memory_order_relaxed), &deliveries, sizeof deliveries))
        return false;
    return loops > 0 || deliveries > 0;
}

void Observer::readModules()
{
    std::ifstream maps("/proc/" + std::to_string(m_process) + "/maps");
    for (std::string line; std::getline(maps, line);) {
        unsigned long begin = 0, offset = 0;
        int place = 0;
        if (std::sscanf(line.c_str(), "%lx-%*x %*s %lx %*s %*s %n", &begin, &offset, &place) < 2 || offset != 0 || place == 0)
            continue;
        const std::string path = line.substr(std::size_t(place));
        if (path.starts_with('/') && !m_modules.contains(path))
            m_modules[path] = isPositionFixed(path) ? 0 : begin;
    }
}

void Observer::takeGap(const Thread &thread, Seen &seen, std::uint64_t since, std::uint64_t until)
{
    const bool isOpen = seen.stall >= 0 && m_stalls[std::size_t(seen.stall)].since == since;
    if (!isOpen && m_stalls.size() < mostStalls) {
        Stall stall;
        stall.tid = pid_t(thread.tid.load(std::memory_order_relaxed));
        stall.since = since;
        stall.eventType = thread.eventType.load(std::memory_order_relaxed);
        seen.stall = std::ptrdiff_t(m_stalls.size());
        m_stalls.push_back(std::move(stall));
    }
    if (seen.stall < 0)
        return;
    Stall &stall = m_stalls[std::size_t(seen.stall)];
    stall.until = until;
    stall.isOpen = false;
    if (seen.turnSince == since) {
        stall.calls = seen.calls;
        stall.looks = seen.looks;
    }
    stall.delayed = seen.delay - std::min(seen.delay, seen.delayAtStart);
    seen.stall = -1;
}

void Observer::lookAtThread(std::size_t index, std::uint64_t time)
{
    Thread &thread = m_record.threads[index];
    Seen &seen = m_seen[index];
    const auto tid = pid_t(thread.tid.load(std::memory_order_acquire));
    const std::uint32_t generation = thread.generation.load(std::memory_order_relaxed);
    const std::uint32_t gaps = thread.gapCount.load(std::memory_order_acquire);
    if (generation != seen.generation) {
        seen.generation = generation;
        seen.turnSince = 0;
        seen.stall = -1;
    }
    const std::uint64_t since = thread.busySince.load(std::memory_order_relaxed);
    const std::uint64_t turns = thread.turns.load(std::memory_order_relaxed);
    if (tid != 0 && thread.data.load(std::memory_order_relaxed) != 0) {
        if (!m_names.contains(tid))
            threadName(tid, thread.name); // while it is there
        if (since != 0 || turns != seen.turns) // else it has asked for no processor
            seen.delay = readDelay(tid);
    }
    seen.turns = turns;
    const auto capacity = std::uint32_t(thread.gaps.size());
    for (std::uint32_t i = std::max(seen.gaps, gaps > capacity ? gaps - capacity : 0); i < gaps; ++i) {
        const Gap &gap = thread.gaps[i % capacity];
        takeGap(thread, seen, gap.since.load(std::memory_order_relaxed), gap.until.load(std::memory_order_relaxed));
    }
    seen.gaps = gaps;
    // A turn that ended without a gap was none of a loop's, after all.
    if (seen.stall >= 0 && seen.turnSince != since) {
        m_stalls[std::size_t(seen.stall)].isOpen = false;
        seen.stall = -1;
    }
    if (tid == 0 || since == 0) {
        seen.turnSince = 0;
        seen.delayAtStart = seen.delay;
        return;
    }
    if (seen.turnSince != since) {
        if (seen.turnSince != 0)
            seen.delayAtStart = seen.delay; // else it was taken while the loop waited
        seen.turnSince = since;
        seen.calls.clear();
        seen.looks = 0;
        seen.nextStack = m_record.stallThreshold * millisecond;
    }
    ++seen.looks;
    ++seen.calls[thread.connection.load(std::memory_order_relaxed)];
    const std::uint64_t duration = time > since ? time - since : 0;
    const std::uint64_t delayed = seen.delay - std::min(seen.delay, seen.delayAtStart);
    if (duration < m_record.stallThreshold * millisecond + delayed || !isInLoop(thread))
        return;
    if (seen.stall < 0) {
        if (m_stalls.size() == mostStalls)
            return;
        Stall stall;
        stall.tid = tid;
        stall.since = since;
        stall.isOpen = true;
        seen.stall = std::ptrdiff_t(m_stalls.size());
        m_stalls.push_back(std::move(stall));
    }
    Stall &stall = m_stalls[std::size_t(seen.stall)];
    stall.until = time;
    stall.calls = seen.calls;
    stall.looks = seen.looks;
    stall.delayed = delayed;
    stall.eventType = thread.eventType.load(std::memory_order_relaxed);
    if (stall.eventClass.empty())
        stall.eventClass = m_capture.readText(thread.eventClass.load(std::memory_order_relaxed));
    if (duration >= seen.nextStack && m_stacks < mostStacks) {
        seen.nextStack = 4 * duration;
        readModules();
        if (auto snapshot = m_capture.take(tid)) {
            snapshot->time = time;
            stall.stacks.push_back(std::move(*snapshot));
            ++m_stacks;
        }
    }
}

void Observer::lookAtTraffic(std::uint64_t time)
{
    const std::size_t count = m_record.connectionCount.load(std::memory_order_relaxed);
    if (m_traffic.size() <= count) {
        m_traffic.resize(count + 1);
        m_posted.resize(count + 1);
    }
    for (std::size_t id = 1; id <= count; ++id) {
        const Connection &connection = m_record.connections[id];
        Traffic &traffic = m_traffic[id];
        if (connection.isReady.load(std::memory_order_acquire) == 0)
            continue;
        // In this order: what is posted and done between the two looks must not seem to wait.
        const std::uint64_t posted = connection.posted.load(std::memory_order_acquire);
        const std::uint64_t left = gone(connection);
        const std::uint64_t waiting = posted > left ? posted - left : 0;
        if (waiting != traffic.waiting && m_samples.size() < mostSamples)
            m_samples.push_back({time, ConnectionId(id), waiting});
        traffic.waiting = waiting;
        traffic.mostWaiting = std::max({traffic.mostWaiting, waiting, connection.mostWaiting.load(std::memory_order_relaxed)});
        traffic.longestAge = std::max(traffic.longestAge, connection.longestAge.load(std::memory_order_relaxed));
        if (connection.timedEvent.load(std::memory_order_acquire) > 1) {
            const std::uint64_t since = connection.timedSince.load(std::memory_order_relaxed);
            if (time > since)
                traffic.longestAge = std::max(traffic.longestAge, time - since);
        }
    }
    if (time - m_secondSince >= second)
        endSecond(time);
}

void Observer::endSecond(std::uint64_t time)
{
    for (std::size_t id = 1; id < m_traffic.size(); ++id) {
        const std::uint64_t posted = m_record.connections[id].posted.load(std::memory_order_relaxed);
        const std::uint64_t rate = (posted - m_posted[id]) * second / std::max(second, time - m_secondSince);
        m_traffic[id].peakRate = std::max(m_traffic[id].peakRate, rate);
        m_posted[id] = posted;
    }
    m_secondSince = time;
}

// Who was waited for has come to it after all.
void Observer::forgetEndedWaits()
{
    const auto end = m_record.threads.begin() + std::ptrdiff_t(m_record.threadCount.load(std::memory_order_relaxed));
    const auto hasEnded = [&](const Deadlock::Wait &wait) {
        return std::none_of(m_record.threads.begin(), end, [&](const Thread &thread) {
            return pid_t(thread.tid.load(std::memory_order_relaxed)) == wait.tid && thread.waitEvent.load(std::memory_order_acquire) != 0
                    && thread.waitSince.load(std::memory_order_relaxed) == wait.since;
        });
    };
    std::erase_if(m_deadlocks, [&](const Deadlock &deadlock) { return std::any_of(deadlock.waits.begin(), deadlock.waits.end(), hasEnded); });
}

void Observer::lookAtWaits(std::uint64_t time)
{
    const std::size_t count = m_record.threadCount.load(std::memory_order_relaxed);
    const auto isWaiting = [&](const Thread &thread) {
        return thread.tid.load(std::memory_order_relaxed) != 0 && thread.waitEvent.load(std::memory_order_acquire) != 0
                && time > thread.waitSince.load(std::memory_order_relaxed) + second;
    };
    forgetEndedWaits();
    for (std::size_t i = 0; i < count; ++i) {
        const Thread *thread = &m_record.threads[i];
        Deadlock deadlock;
        while (thread && isWaiting(*thread) && deadlock.waits.size() <= count) {
            deadlock.waits.push_back({pid_t(thread->tid.load(std::memory_order_relaxed)),
                                      thread->waitConnection.load(std::memory_order_relaxed), thread->waitSince.load(std::memory_order_relaxed)});
            const std::uint64_t data = thread->waitData.load(std::memory_order_relaxed);
            if (thread->data.load(std::memory_order_relaxed) == data && deadlock.waits.size() == 1)
                break; // for itself
            if (data == m_record.threads[i].data.load(std::memory_order_relaxed))
                break; // the circle is closed
            const auto next = std::find_if(m_record.threads.begin(), m_record.threads.begin() + std::ptrdiff_t(count), [&](const Thread &other) {
                return other.tid.load(std::memory_order_relaxed) != 0 && other.data.load(std::memory_order_relaxed) == data;
            });
            thread = next == m_record.threads.begin() + std::ptrdiff_t(count) ? nullptr : &*next;
            if (!thread)
                deadlock.isCircle = false; // nobody there delivers
            else if (!isWaiting(*thread))
                deadlock.waits.clear(); // it is busy, and may come to it
        }
        if (deadlock.waits.empty() || deadlock.waits.size() > count)
            continue;
        const auto isKnown = [&](const Deadlock &other) {
            return std::any_of(other.waits.begin(), other.waits.end(), [&](const Deadlock::Wait &wait) {
                return wait.tid == deadlock.waits.front().tid && wait.since == deadlock.waits.front().since;
            });
        };
        if (std::none_of(m_deadlocks.begin(), m_deadlocks.end(), isKnown))
            m_deadlocks.push_back(std::move(deadlock));
    }
}

void Observer::look()
{
    if (m_record.state.load(std::memory_order_acquire) != State::Recording)
        return;
    m_capture.letGo();
    const std::uint64_t time = now();
    const std::size_t threads = m_record.threadCount.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < threads; ++i)
        lookAtThread(i, time);
    // Many connections are looked at less often.
    if (time >= m_nextTraffic) {
        m_nextTraffic = time + (m_record.connectionCount.load(std::memory_order_relaxed) > 500 ? 100 : 10) * millisecond;
        lookAtTraffic(time);
        lookAtWaits(time);
    }
}

void Observer::lookAtAll()
{
    m_nextTraffic = 0;
    look();
}

void Observer::finish(std::uint64_t time)
{
    if (m_record.state.load(std::memory_order_acquire) != State::Recording)
        return;
    lookAtTraffic(time);
    endSecond(time);
    forgetEndedWaits();
    for (std::size_t i = 0; i < m_record.threadCount.load(std::memory_order_relaxed); ++i) {
        Thread &thread = m_record.threads[i];
        Seen &seen = m_seen[i];
        const std::uint32_t gaps = thread.gapCount.load(std::memory_order_acquire);
        const auto capacity = std::uint32_t(thread.gaps.size());
        for (std::uint32_t gap = std::max(seen.gaps, gaps > capacity ? gaps - capacity : 0); gap < gaps; ++gap)
            takeGap(thread, seen, thread.gaps[gap % capacity].since.load(std::memory_order_relaxed),
                    thread.gaps[gap % capacity].until.load(std::memory_order_relaxed));
        seen.gaps = gaps;
    }
}

} // namespace SignalBox::Doctor
