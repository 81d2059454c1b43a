// SPDX-License-Identifier: MIT
#pragma once

#include "counts.h"

#include <SignalBox/EventRegistry>
#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>
#include <SignalBox/WatchSender>

#include <array>
#include <random>
#include <vector>

// One SyncRegistry that all threads notify and change, a watch that they send to, and events that they record.
class CoreLoad
{
public:
    static constexpr int threadCount = 4;

    CoreLoad();

    // By each of the threads, again and again.
    void step(int thread);
    // By the main thread.
    void broadcast() { m_events.broadcast(); }
    // When no thread is inside a step.
    void check();

private:
    struct Thread
    {
        std::minstd_rand random;
        std::vector<SignalBox::HandlerId> ids;
        std::vector<SignalBox::HandlerGuard> guards;
        SignalBox::GuardSet set;
    };

    auto transient();
    void change(Thread &thread);

    std::array<Thread, threadCount> m_threads;
    SignalBox::SyncRegistry<int> m_registry;
    SignalBox::WatchSender<std::vector<int>> m_sender;
    SignalBox::EventRegistry<> m_events{SignalBox::VectorStorage(4)};
    std::vector<SignalBox::HandlerGuard> m_guards;
    Counts::Count m_notifies = 0;
    Counts::Count m_first = 0; // calls of the first and the last handler, which stay
    Counts::Count m_last = 0;
    Counts::Count m_sends = 0;
    Counts::Count m_recorded = 0;
    Counts::Count m_told = 0;
};
