// SPDX-License-Identifier: MIT
#pragma once

#include "relacyplatform.h"

#include <SignalBox/core/watch/pendingevents.h>
#include <SignalBox/core/watch/toldversion.h>
#include <SignalBox/core/watch/watchversion.h>

// Small concurrent programs on the shipped protocols of flagged events and watches. They use neither lists nor
// fences: both fence modes are the same.

namespace Model {

using SignalBox::detail::broadcastPending;
using SignalBox::detail::PendingFlag;
using SignalBox::detail::PendingSummary;
using SignalBox::detail::ToldVersion;
using SignalBox::detail::WatchVersion;

// Events without listeners: tell() is the scenario's.
template <class Derived, int threads, int events>
struct EventScenario : rl::test_suite<Derived, threads>
{
    using Platform = RelacyPlatform<3>;

    struct Event
    {
        PendingFlag<Platform> flag;
        int number = 0;
        rl::var<int> told; // broadcasts of one scenario are on one thread, or after all others
    };

    void before()
    {
        for (int i = 0; i < events; ++i) {
            event[i].number = i;
            event[i].told($) = 0;
        }
        derived().prepare();
    }
    void thread(unsigned index) { derived().run(index); }
    void after()
    {
        broadcast();
        derived().check();
    }
    void prepare() {}

    void record(int number)
    {
        event[number].flag.record();
        summary.set();
    }
    void broadcast()
    {
        broadcastPending<Platform, Event>(
                summary,
                [this](auto visit) {
                    for (Event &each : event)
                        visit(each);
                },
                [](Event &each) -> auto & { return each.flag; },
                [this](Event &each) {
                    each.told($) = static_cast<int>(each.told($)) + 1;
                    derived().tell(each.number);
                },
                [] {});
    }
    int told(int number) { return static_cast<int>(event[number].told($)); }
    Derived &derived() { return static_cast<Derived &>(*this); }

    PendingSummary<Platform> summary;
    Event event[events];
};

// Recorded at any moment of a broadcast: delivered by it or by the next one, once, with what was written before.
struct EventIsDeliveredOnce : EventScenario<EventIsDeliveredOnce, 2, 1>
{
    rl::var<int> data;
    void prepare() { data($) = 0; }
    void run(unsigned index)
    {
        if (index == 0) {
            data($) = 1;
            record(0);
        } else {
            broadcast();
        }
    }
    void tell(int) { RL_ASSERT(static_cast<int>(data($)) == 1); }
    void check() { RL_ASSERT(told(0) == 1); }
};

// Two recorders set the summary one after the other: the broadcast that takes it is ordered after both.
struct TwoRecorders : EventScenario<TwoRecorders, 3, 2>
{
    rl::var<int> data[2];
    void prepare()
    {
        for (rl::var<int> &each : data)
            each($) = 0;
    }
    void run(unsigned index)
    {
        if (index < 2) {
            data[index]($) = 1;
            record(static_cast<int>(index));
        } else {
            broadcast();
            broadcast();
        }
    }
    void tell(int number) { RL_ASSERT(static_cast<int>(data[number]($)) == 1); }
    void check() { RL_ASSERT(told(0) == 1 && told(1) == 1); }
};

// Several records of one event are one notification or more, and the last notification sees what came before each.
struct RecordsAreMerged : EventScenario<RecordsAreMerged, 3, 1>
{
    Atomic<int> written[2] = {0, 0};
    int seen[2] = {};
    void prepare() { seen[0] = seen[1] = 0; }
    void run(unsigned index)
    {
        if (index < 2) {
            written[index].store(1, std::memory_order_relaxed);
            record(0);
        } else {
            broadcast();
        }
    }
    void tell(int)
    {
        for (int i = 0; i < 2; ++i)
            seen[i] = written[i].load(std::memory_order_relaxed);
    }
    void check()
    {
        RL_ASSERT(seen[0] == 1 && seen[1] == 1);
        RL_ASSERT(told(0) == 1 || told(0) == 2);
    }
};

// A waiter is woken by a change that comes at any moment of its going to sleep, and sees what the sender wrote.
struct WaiterIsWoken : rl::test_suite<WaiterIsWoken, 2>
{
    WatchVersion<RelacyPlatform<3>> version;
    rl::var<int> data;
    void before() { data($) = 0; }
    void thread(unsigned index)
    {
        if (index == 0) {
            const std::uint64_t state = version.wait(0, std::chrono::steady_clock::time_point::max());
            RL_ASSERT(version.versionOf(state) == 1);
            RL_ASSERT(static_cast<int>(data($)) == 1);
        } else {
            data($) = 1;
            version.advance();
            version.wakeWaiters();
        }
    }
};

// Two senders, and a waiter that wants both changes.
struct WaiterSeesTwoChanges : rl::test_suite<WaiterSeesTwoChanges, 3>
{
    WatchVersion<RelacyPlatform<3>> version;
    void thread(unsigned index)
    {
        if (index == 0) {
            std::uint64_t seen = 0;
            while (seen < 2)
                seen = version.versionOf(version.wait(seen, std::chrono::steady_clock::time_point::max()));
        } else {
            version.advance();
            version.wakeWaiters();
        }
    }
};

// The end wakes, too.
struct WaiterIsWokenByTheEnd : rl::test_suite<WaiterIsWokenByTheEnd, 2>
{
    WatchVersion<RelacyPlatform<3>> version;
    void thread(unsigned index)
    {
        if (index == 0) {
            RL_ASSERT(version.isClosed(version.wait(0, std::chrono::steady_clock::time_point::max())));
        } else {
            version.close();
            version.wakeWaiters();
        }
    }
};

// Who sees a change without waiting sees what the sender wrote.
struct ChangeIsSeenWithItsData : rl::test_suite<ChangeIsSeenWithItsData, 2>
{
    WatchVersion<RelacyPlatform<3>> version;
    rl::var<int> data;
    void before() { data($) = 0; }
    void thread(unsigned index)
    {
        if (index == 0) {
            if (version.versionOf(version.state()) == 1)
                RL_ASSERT(static_cast<int>(data($)) == 1);
        } else {
            data($) = 1;
            version.advance();
        }
    }
};

// A callback is added while the sender goes: one of the two sees the other.
struct CallbackMeetsTheEnd : rl::test_suite<CallbackMeetsTheEnd, 2>
{
    WatchVersion<RelacyPlatform<3>> version;
    Atomic<int> isRegistered{0};
    bool isSeenBySender = false;
    bool seesTheEnd = false;
    void thread(unsigned index)
    {
        if (index == 0) {
            isRegistered.store(1, std::memory_order_release);
            seesTheEnd = version.isClosed(version.stateAfterRegistration());
        } else {
            version.close();
            isSeenBySender = isRegistered.load(std::memory_order_acquire) == 1;
        }
    }
    void after() { RL_ASSERT(isSeenBySender || seesTheEnd); }
};

// A callback is added with an initial call while two senders send: the newest version is told, none twice, and none on
// the sender's thread before the initial call has ended.
struct InitialCallHasNoGap : rl::test_suite<InitialCallHasNoGap, 3>
{
    using Platform = RelacyPlatform<3>;

    WatchVersion<Platform> version;
    std::optional<ToldVersion<Platform>> toldVersion;
    Atomic<int> isRegistered{0};
    rl::var<int> hasInitialEnded;
    int calls[3] = {}; // per version

    void before()
    {
        hasInitialEnded($) = 0;
        toldVersion.reset();
        for (int &count : calls)
            count = 0;
    }
    void thread(unsigned index)
    {
        if (index == 0) {
            toldVersion.emplace();
            isRegistered.store(1, std::memory_order_release);
            call();
            RL_ASSERT(calls[0] + calls[1] + calls[2] == 1);
            hasInitialEnded($) = 1;
            toldVersion->endInitialCall();
            call();
        } else {
            version.advance();
            if (isRegistered.load(std::memory_order_acquire) == 1)
                call();
        }
    }
    void after()
    {
        RL_ASSERT(calls[0] <= 1 && calls[1] <= 1 && calls[2] == 1);
    }
    void call()
    {
        const std::uint64_t now = version.versionOf(version.stateAfterRegistration());
        if (!toldVersion->take(now))
            return;
        ++calls[now];
        if (rl::thread_index() != 0)
            RL_ASSERT(static_cast<int>(hasInitialEnded($)) == 1);
    }
};

} // namespace Model
