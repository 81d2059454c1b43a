// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/registry/dispatch.h>
#include <SignalBox/core/registry/settlement.h>

#include <cstdlib>

// What dispatch.h leaves to be compiled once: walks of any list, on any thread, in either fence mode.
//
// checkedWalk() looks at every node's state. It serves lists whose nodes changed without memory, and
// notifies nested deeper than a record has slots.

namespace SignalBox::detail {

template <class Platform>
class Walks
{
    using Control = detail::Control<Platform>;
    using List = HandlerList<Platform>;
    using Node = HandlerNode<Platform>;
    using Record = HazardRecord<Platform>;
    using Slot = HazardSlot<Platform>;
    using Word = std::uintptr_t;
    using Dispatch = detail::Dispatch<Platform>;
    using Summary = typename Dispatch::Summary;

public:
    // Like notify(), but paused handlers are called too: a question to all of them.
    static void visit(Control &control, const void *event) noexcept
    {
        if (control.head.load(std::memory_order_acquire) & PublishedList::emptyTag)
            return;
        const RecordUse use;
        Record &record = use.record();
        Summary report;
        if (Slot *slot = record.freeSlot()) {
            if (Platform::usesLightFence())
                visitList<FenceMode::Light>(control, record, *slot, event, report);
            else
                visitList<FenceMode::Full>(control, record, *slot, event, report);
        } else {
            dispatchDeeply(control, record, event, Node::Removed);
        }
    }

    class Calls;

    // One call by itself.
    static Outcome call(Node *node, const void *event) noexcept { return Calls().call(node, event); }

    static Summary runUnusually(Control &control, const void *event) noexcept
    {
        const RecordUse use;
        Summary report;
        Record &record = use.record();
        if (Slot *slot = record.freeSlot()) {
            const Word word = control.head.load(std::memory_order_acquire);
            report = Platform::usesLightFence() ? Walk<FenceMode::Light>(control, word, record, *slot, event).run()
                                                : Walk<FenceMode::Full>(control, word, record, *slot, event).run();
        } else {
            report = dispatchDeeply(control, record, event, passedOver);
        }
        return report;
    }

    // Any walk that announces itself in a hazard slot.
    template <FenceMode Mode>
    class Walk
    {
        using Entry = HandlerEntry<Platform>;

    public:
        Walk(Control &control, Word word, Record &record, Slot &slot, const void *event) noexcept
            : m_control(control), m_word(word), m_record(record), m_slot(slot), m_event(event)
        {
        }

        Summary run() noexcept
        {
            m_word = Dispatch::template protect<Mode>(m_control, m_slot, m_word);
            const List &list = *Control::listOf(m_word);
            list.canary.checkAlive();
            if (m_control.needsStateChecks(m_word)) [[unlikely]] {
                checkedWalk(m_control, list, SlotPresence<Mode>{m_slot}, m_event, passedOver, m_report);
                Dispatch::template leaveList<Mode>(m_record, m_slot);
                return m_report;
            }
            return walkFrom(0, nullptr);
        }

        // walkOneBlock() got to `entry`, has announced it, and found the head changed.
        Summary resumeBefore(const Entry *entry) noexcept
        {
            m_report.called = static_cast<std::uint32_t>(entry - firstEntry());
            return walkFrom(0, entry);
        }

        // It has called `entry`, with this outcome.
        Summary resumeAfter(const Entry *entry, Outcome outcome) noexcept
        {
            m_report.called = static_cast<std::uint32_t>(entry - firstEntry()) + 1;
            m_report.failed = outcome == Outcome::Failed;
            if (isStoppedBy(*entry, outcome))
                return stop(entry->node);
            return walkFrom(0, entry + 1);
        }

    private:
        const Entry *firstEntry() const noexcept { return Control::listOf(m_word)->spans()[0].entries; }

        // From `entry` in span `index` to the end; null: from the span's start.
        Summary walkFrom(std::uint32_t index, const Entry *entry) noexcept
        {
            // Locals: the compiler may keep them in registers across calls of handlers.
            Control &control = m_control;
            const Word word = m_word;
            Slot &slot = m_slot;
            const void *const event = m_event;
            const List &list = *Control::listOf(word);
            Node *previous = nullptr; // last handler of the spans before
            for (; index < list.spanCount; ++index, entry = nullptr) {
                const auto &span = list.spans()[index];
                const Entry *const begin = span.entries;
                const Entry *const end = begin + span.enabled;
                if (entry == nullptr)
                    entry = begin;
                while (entry != end) {
                    const Entry *const from = entry;
                    Outcome outcome = Outcome::Continue;
                    try {
                        do {
                            Node *node = entry->node;
                            announce<Platform, Mode>(slot.current, node, MemorySite::AnnounceHandler);
                            if (Dispatch::template isChanged<Mode>(control, word)) [[unlikely]] {
                                Node *before = entry == begin ? previous : entry[-1].node;
                                if (!enterChanged<Mode>(slot, before, node)) {
                                    --m_report.called;
                                    continue;
                                }
                            }
                            entry->invoke(node, event, &outcome);
                            if (outcome != Outcome::Continue) [[unlikely]]
                                break;
                        } while (++entry != end);
                    } catch (...) {
                        ++m_report.failed;
                        // Its frame is gone, but `current` still names the handler, whose name is used here.
                        Dispatch::reportException(m_control, *entry->node);
                    }
                    m_report.called += static_cast<std::uint32_t>(entry - from);
                    if (entry == end)
                        break;
                    ++m_report.called;
                    if (isStoppedBy(*entry, outcome))
                        return stop(entry->node);
                    ++entry;
                }
                if (begin != end)
                    previous = end[-1].node;
            }
            if (previous)
                Dispatch::template leaveLast<Mode>(m_control, m_word, m_slot, previous);
            Dispatch::template leaveList<Mode>(m_record, m_slot);
            return m_report;
        }

        // Also takes back the count of a handler that did not want to be called.
        bool isStoppedBy(const Entry &entry, Outcome outcome) noexcept
        {
            if (outcome == Outcome::Stop)
                m_report.stoppedBy = entry.node->id;
            m_report.called -= outcome == Outcome::NotCalled;
            return outcome == Outcome::Stop;
        }

        Summary stop(Node *node) noexcept
        {
            Dispatch::template leaveLast<Mode>(m_control, m_word, m_slot, node);
            Dispatch::template leaveList<Mode>(m_record, m_slot);
            return m_report;
        }

        Control &m_control;
        Word m_word;
        Record &m_record;
        Slot &m_slot;
        const void *m_event;
        Summary m_report;
    };

private:
    // The thread's record, borrowed for as long as this if the thread is past the end of its thread_locals.
    class RecordUse
    {
    public:
        RecordUse() noexcept : m_isBorrowed(Platform::currentRecord() == nullptr && Platform::borrowRecord()) {}
        RecordUse(const RecordUse &) = delete;
        RecordUse &operator=(const RecordUse &) = delete;
        ~RecordUse()
        {
            if (m_isBorrowed)
                Platform::returnRecord();
        }
        Record &record() const noexcept { return *Platform::currentRecord(); }

    private:
        const bool m_isBorrowed;
    };

public:
    // Calls of single handlers, one after the other, by one thread, on whose stack this lives. Whether or not the
    // handler's list, or its registry, is still there: a walk over nothing but that node, to which the caller
    // holds a reference. It announces the node and then looks at its state, as checkedWalk() does, and so keeps the
    // promises to removers.
    //
    // The hazard slot is taken once for all calls. It names a list that is none, which tells the nested walks
    // of this thread that it is taken, and misleads no scan. Relaxed for that reason: nobody else reads it.
    class Calls
    {
    public:
        Calls() noexcept
            : m_slot(m_use.record().freeSlot()), m_isLight(m_slot != nullptr && Platform::usesLightFence())
        {
            if (m_slot)
                m_slot->list.store(noList(), std::memory_order_relaxed);
        }
        Calls(const Calls &) = delete;
        Calls &operator=(const Calls &) = delete;
        ~Calls()
        {
            if (m_slot)
                m_slot->list.store(nullptr, std::memory_order_relaxed);
        }

        Outcome call(Node *node, const void *event) noexcept
        {
            if (m_isLight) [[likely]]
                return callPresent(SlotPresence<FenceMode::Light>{*m_slot}, node, event);
            return callUnusually(node, event);
        }

    private:
        // In full-fence mode, or nested deeper than there are slots.
        [[gnu::noinline]] Outcome callUnusually(Node *node, const void *event) noexcept
        {
            if (m_slot)
                return callPresent(SlotPresence<FenceMode::Full>{*m_slot}, node, event);
            Record &record = m_use.record();
            DeepFrame<Platform> frame{nullptr, nullptr, record.deepFrames};
            record.deepFrames = &frame;
            const Outcome outcome = callPresent(DeepPresence{frame}, node, event);
            record.deepFrames = frame.below;
            return outcome;
        }

        const RecordUse m_use;
        Slot *const m_slot; // null: nested too deeply
        const bool m_isLight;
    };

    // A notify does not call handlers in these states.
    static constexpr std::uint32_t passedOver = Node::Removed | Node::Disabled;

    // What a slot names whose walk has no list: compared with lists, never followed.
    static const List *noList() noexcept
    {
        alignas(List) static constexpr std::byte place{};
        return reinterpret_cast<const List *>(&place);
    }

    // Something has changed since the walk began. Leaves the handler before, then decides about `node`,
    // which is announced when this returns true.
    template <FenceMode Mode>
    [[gnu::noinline, gnu::cold]] static bool enterChanged(Slot &slot, Node *previous, Node *node) noexcept
    {
        // Who has seen the change of the head sees the states that were marked before it.
        acquireValidated<Platform, Mode>(MemorySite::SeeChange);
        // First out of `node` again: leaving may run the destructor of a capture, and that may wait for
        // `node` to be left.
        announce<Platform, Mode, Node>(slot.current, nullptr, MemorySite::LeaveHandler);
        // Somebody may have seen the announcement and sleep until it ends.
        Settlement<Platform>::countLeave(node);
        if (previous)
            Settlement<Platform>::leave(previous);
        announce<Platform, Mode>(slot.current, node, MemorySite::AnnounceHandler);
        return !node->hasState(passedOver, MemorySite::CheckState);
        // If not called, it is still left like the others: its remover may have counted on it.
    }

    // Presence inside a handler, told by a hazard slot...
    template <FenceMode Mode>
    struct SlotPresence
    {
        static constexpr FenceMode fenceMode = Mode;

        Slot &slot;
        void enter(Node *node) noexcept { announce<Platform, Mode>(slot.current, node, MemorySite::AnnounceHandler); }
        void leave(Node *) noexcept { announce<Platform, Mode, Node>(slot.current, nullptr, MemorySite::LeaveHandler); }
    };

    // ... or counted in the node. Seq_cst: the count and the node's state make the same pair of
    // store-then-load as slot and head do; an RMW is its own full fence.
    struct DeepPresence
    {
        static constexpr FenceMode fenceMode = FenceMode::Full;

        DeepFrame<Platform> &frame;
        void enter(Node *node) noexcept
        {
            frame.current = node;
            node->deepInside.fetch_add(1, Platform::order(MemorySite::CountInside, std::memory_order_seq_cst));
        }
        void leave(Node *node) noexcept
        {
            node->deepInside.fetch_sub(1, Platform::order(MemorySite::CountInside, std::memory_order_seq_cst));
            frame.current = nullptr; // after: a fork in between finds all that is counted
        }
    };

    template <class Presence>
    [[gnu::noinline, gnu::cold]] static void checkedWalk(Control &control, const List &list, Presence presence, const void *event,
                                                         std::uint32_t passedOverStates, Summary &report) noexcept
    {
        list.canary.checkAlive();
        bool isStopped = false;
        list.forEach([&](const auto &entry, const HandlerKey &, bool) noexcept {
            if (isStopped)
                return;
            Node *node = entry.node;
            presence.enter(node);
            if (!node->hasState(passedOverStates, MemorySite::CheckState)) {
                ++report.called;
                try {
                    Outcome outcome = Outcome::Continue;
                    entry.invoke(node, event, &outcome);
                    report.called -= outcome == Outcome::NotCalled;
                    isStopped = outcome == Outcome::Stop;
                    if (isStopped)
                        report.stoppedBy = node->id;
                } catch (...) {
                    ++report.failed;
                    Dispatch::reportException(control, *node);
                }
            }
            presence.leave(node);
            Settlement<Platform>::leave(node);
        });
    }

    template <FenceMode Mode>
    static void visitList(Control &control, Record &record, Slot &slot, const void *event, Summary &report) noexcept
    {
        const Word word = Dispatch::template protect<Mode>(control, slot, control.head.load(std::memory_order_acquire));
        checkedWalk(control, *Control::listOf(word), SlotPresence<Mode>{slot}, event, Node::Removed, report);
        Dispatch::template leaveList<Mode>(record, slot);
    }

    template <class Presence>
    static Outcome callPresent(Presence presence, Node *node, const void *event) noexcept
    {
        node->canary.checkAlive();
        Outcome outcome = Outcome::NotCalled;
        presence.enter(node);
        // The pairs of a walk's CheckHead, with the node's state in place of the head. Nothing to acquire: who holds the
        // reference got it after the node was made; and Settlement::leave() looks again.
        const auto loadState = [node] {
            return validate<Platform, Presence::fenceMode, std::uint32_t>(node->state, MemorySite::CheckState);
        };
        if (!(loadState() & passedOver)) [[likely]] {
            outcome = Outcome::Continue;
            try {
                node->operations.invoke(node, event, &outcome);
            } catch (...) {
                Dispatch::reportException(*node->control, *node);
                outcome = Outcome::Failed;
            }
        }
        presence.leave(node);
        if (loadState() & Node::Removed) [[unlikely]]
            Settlement<Platform>::leave(node);
        return outcome;
    }

    // All slots of the record are taken: counts instead.
    [[gnu::noinline, gnu::cold]] static Summary dispatchDeeply(Control &control, Record &record, const void *event,
                                                               std::uint32_t passedOverStates) noexcept
    {
        Summary report;
        Slot *const free = record.writerSlot();
        if (free == nullptr)
            std::abort(); // an allocation function notifies, at every slot's depth, from inside a change
        Slot &slot = *free;
        // Exchanges in either fence mode: depth is rare.
        const Word word = Dispatch::template protect<FenceMode::Full>(control, slot, control.head.load(std::memory_order_acquire));
        List *list = Control::listOf(word);
        // Pinned while the slot still holds it: see reclaimer.h.
        list->pins.fetch_add(1, Platform::order(MemorySite::PinList, std::memory_order_seq_cst));
        announce<Platform, FenceMode::Full, const List>(slot.list, nullptr, MemorySite::LeaveList);
        DeepFrame<Platform> frame{list, nullptr, record.deepFrames};
        record.deepFrames = &frame;
        checkedWalk(control, *list, DeepPresence{frame}, event, passedOverStates, report);
        record.deepFrames = frame.below;
        // Release: the walk's reads before the reclamation. Seq_cst: then the request, as in leaveList().
        list->pins.fetch_sub(1, Platform::order(MemorySite::PinList, std::memory_order_seq_cst));
        // Requests to the pin and to the slot: a reclaimer that looks for pins before this one was made, and at the slot while it
        // still names the list, has told the slot alone. (A change that used the slot meanwhile has answered that
        // request: its pass found the pin, and told it.)
        Dispatch::template serveRequest<FenceMode::Full>(record, record.requestBitOf(slot) | Record::deepRequestBit);
        return report;
    }
};

template <class Platform>
auto Dispatch<Platform>::dispatchUnusually(Control &control, const void *event) noexcept -> Summary
{
    return Walks<Platform>::runUnusually(control, event);
}

template <class Platform>
auto Dispatch<Platform>::walkUnusually(Control &control, Word word, Record &record, const void *event) noexcept -> Summary
{
    return typename Walks<Platform>::template Walk<FenceMode::Light>(control, word, record, record.slotArray[0], event).run();
}

template <class Platform>
auto Dispatch<Platform>::resumeBefore(Control &control, Word word, Record &record, const void *event,
                                      const Entry *entry) noexcept -> Summary
{
    return typename Walks<Platform>::template Walk<FenceMode::Light>(control, word, record, record.slotArray[0], event).resumeBefore(entry);
}

template <class Platform>
auto Dispatch<Platform>::resumeAfter(Control &control, Word word, Record &record, const void *event,
                                     const Entry *entry, Outcome outcome) noexcept -> Summary
{
    return typename Walks<Platform>::template Walk<FenceMode::Light>(control, word, record, record.slotArray[0], event).resumeAfter(entry, outcome);
}

template <class Platform>
void Dispatch<Platform>::settle(Node *node) noexcept
{
    Settlement<Platform>::leave(node);
}

template <class Platform>
void Dispatch<Platform>::answerRequest(Record &record, std::uint32_t bits) noexcept
{
    // Relaxed: a request that comes now finds the slot empty already.
    record.reclaimRequested.fetch_and(~bits, std::memory_order_relaxed);
    Platform::domain().reclaimOrphans();
}

template <class Platform>
void Dispatch<Platform>::reportException(Control &control, const Node &node) noexcept
{
    // Acquire: pairs with RegistryCore::exceptionControl().
    Control *callback = control.exceptionControl.load(std::memory_order_acquire);
    if (callback == nullptr)
        return;
    const ExceptionInfo info(node.id, node.name, std::current_exception());
    notify(*callback, &info);
}

// Compiled once, in walk.cpp.
extern template class SIGNALBOX_WALK_EXPORT Walks<StandardPlatform>;

} // namespace SignalBox::detail
