// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <thread>
#include <utility>

struct DoNothing
{
    void operator()() const noexcept {}
};

// Lets a fixed number of threads go on together, again and again; the last one to come calls a function first. As
// std::barrier, which leaves threads asleep for ever now and then where MinGW's GCC 12 compiles it.
template <class Function = DoNothing>
class Barrier
{
public:
    explicit Barrier(int threads, Function atEachMeeting = {}) : m_threads(threads), m_function(std::move(atEachMeeting)) {}

    void arriveAndWait()
    {
        const unsigned meeting = m_meeting.load();
        if (m_arrived.fetch_add(1) + 1 == m_threads) {
            m_arrived = 0;
            m_function();
            m_meeting = meeting + 1;
            return;
        }
        while (m_meeting.load() == meeting)
            std::this_thread::yield();
    }

private:
    const int m_threads;
    Function m_function;
    std::atomic<int> m_arrived = 0;
    std::atomic<unsigned> m_meeting = 0;
};
