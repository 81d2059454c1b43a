// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/memorysite.h>

#include <atomic>

// Events that can only be flagged, and their way to a broadcast. A recorder may be a signal handler: it
// does two exchanges and a call, whatever state it has interrupted, and waits for nobody.
//
//     recorder                                broadcast
//       flag <- true      (exchange)            summary <- false   (exchange; was false: nothing to do)
//       summary <- true   (exchange)            for each flag that is set: flag <- false   (exchange)
//       wake                                        was true: tell the listeners
//
// No event is lost: if the broadcast takes the summary that a recorder has set, it sees the recorder's
// flag, too; if it took the summary before, the summary stands again for the next one. So the recorder
// sets the flag first and the broadcast takes the summary first. None is told twice: one exchange takes
// each flag.
//
// Orderings.
// - RecordSummary releases and TakeSummary acquires: the flag was set before. Weaker, and a broadcast
//   takes the summary but not the flag, which nobody looks at until the next record. It is an exchange
//   and no store because of a second recorder: a store would end the release sequence of the first
//   one's, and the broadcast would be ordered after the second recorder only (TwoRecorders fails then).
// - RecordFlag releases and TakeFlag acquires: what the recorder wrote before is visible to the
//   listeners. The summary does not do that: the broadcast may take a flag whose summary is not set
//   yet. It is an unconditional exchange, also where the flag is set already: what was written before
//   *this* record is to be visible, too (RecordsAreMerged fails otherwise).
// - The look at a flag before it is taken is relaxed: a flag that was set before the summary happens
//   before it, and a later one has its own summary.

namespace SignalBox::detail {

template <class Platform>
class PendingFlag
{
public:
    // Async-signal-safe, wait-free.
    void record() noexcept
    {
        m_isSet.exchange(true, Platform::order(MemorySite::RecordFlag, std::memory_order_release));
    }
    bool isSet() const noexcept { return m_isSet.load(std::memory_order_relaxed); }
    // True for exactly one caller per record, or per several records.
    bool take() noexcept
    {
        return m_isSet.exchange(false, Platform::order(MemorySite::TakeFlag, std::memory_order_acquire));
    }

private:
    typename Platform::template Atomic<bool> m_isSet{false};
};

// Whether any flag may be set.
template <class Platform>
class PendingSummary
{
public:
    // After the flag. Async-signal-safe, wait-free.
    void set() noexcept
    {
        m_isSet.exchange(true, Platform::order(MemorySite::RecordSummary, std::memory_order_release));
    }
    // Before the flags.
    bool take() noexcept
    {
        return m_isSet.exchange(false, Platform::order(MemorySite::TakeSummary, std::memory_order_acquire));
    }

private:
    typename Platform::template Atomic<bool> m_isSet{false};
};

// One pass over all events. `forEach` calls its argument with every event, `flagOf` names an event's
// flag, `tell` tells its listeners, and `wake` asks for another broadcast.
//
// A listener may take its time: it may block, or run an event loop that broadcasts again. What this
// pass has not come to yet must not wait for it: where more is pending, the summary is set again and
// the other broadcast asked for before the listener is called.
template <class Platform, class Event, class ForEach, class FlagOf, class Tell, class Wake>
void broadcastPending(PendingSummary<Platform> &summary, ForEach forEach, FlagOf flagOf, Tell tell, Wake wake)
{
    if (!summary.take())
        return;
    Event *taken = nullptr;
    forEach([&](Event &event) {
        if (!flagOf(event).isSet())
            return;
        if (taken) {
            summary.set();
            wake();
            tell(*taken);
        }
        taken = flagOf(event).take() ? &event : nullptr;
    });
    if (taken)
        tell(*taken);
}

} // namespace SignalBox::detail
