// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/core/registry/control.h>

// The one dispatch path of the library: walking the published list. Here is the hot path, which is inline; whatever else
// a walk may meet is in walk.h, which is compiled once.
//
// A walk announces the list, then per handler: announces it, sees that the head is still the word that is
// walked, calls. The cost over a bare loop of indirect calls is one store and one compare per handler, both
// in lines that this thread owns or only reads. Only when the head has changed does it look at the node's
// own state, and settle what the handler before it left behind. walkOneBlock() is the hot
// path for up to 64 handlers; Walk does the same for any list, and goes on where walkOneBlock() meets
// something unusual.
//
// Wait-free but for announcing the list, which repeats when a change came in between.

// walk.h shows definitions of what is compiled once, which is an error in Windows where a declaration says that it comes from
// a DLL. So it does not say so: the linker finds it all the same.
#if defined(_WIN32) && !defined(SignalBoxCore_EXPORTS)
#    define SIGNALBOX_WALK_EXPORT
#else
#    define SIGNALBOX_WALK_EXPORT SIGNALBOX_CORE_EXPORT
#endif

namespace SignalBox::detail {

template <class Platform>
class Dispatch
{
    using Control = detail::Control<Platform>;
    using List = HandlerList<Platform>;
    using Node = HandlerNode<Platform>;
    using Record = HazardRecord<Platform>;
    using Slot = HazardSlot<Platform>;
    using Word = std::uintptr_t;

public:
    // A DispatchReport that fits into two registers.
    struct Summary
    {
        std::uint32_t called = 0;
        std::uint32_t failed = 0;
        HandlerId stoppedBy = {};
    };

    static DispatchReport notify(Control &control, const void *event) noexcept
    {
        const Summary summary = dispatch(control, event);
        return {summary.called, summary.failed, 0, summary.stoppedBy};
    }

    // Ends the protection that `slot` gives, and does what a reclaimer asked this thread for meanwhile.
    // From here on the control block may be gone.
    template <FenceMode Mode>
    static void leaveList(Record &record, Slot &slot) noexcept
    {
        // Release: the walk's reads of the list before its reclamation; partner ScanLists. Then the light
        // fence: either the requester's scan finds the slot empty, or the request is seen here.
        announce<Platform, Mode, const List>(slot.list, nullptr, MemorySite::LeaveList);
        serveRequest<Mode>(record, record.requestBitOf(slot));
    }

    // Only requests to what was just left: those to an outer notify's slot wait for that. No fence: the answer begins with
    // an exchange of the election's counter, which comes after the one by which the requester was elected.
    template <FenceMode Mode>
    static void serveRequest(Record &record, std::uint32_t bits) noexcept
    {
        if (validate<Platform, Mode, std::uint32_t>(record.reclaimRequested, MemorySite::RequestRecord) & bits) [[unlikely]]
            answerRequest(record, bits);
    }

    // The published word, whose list `slot` protects from here on.
    template <FenceMode Mode>
    static Word protect(const Control &control, Slot &slot, Word word) noexcept
    {
        for (;;) {
            announce<Platform, Mode, const List>(slot.list, Control::listOf(word), MemorySite::AnnounceList);
            // Acquire (a fence in light-fence mode): pairs with PublishHead: the list's contents. Seq_cst: second operation
            // of full-fence mode. Weaker: a list that was reclaimed before it was announced is walked.
            const Word now = validate<Platform, Mode, Word>(control.head, MemorySite::ValidateHead);
            if (now == word) {
                acquireValidated<Platform, Mode>(MemorySite::ValidateHead);
                return word;
            }
            word = now;
        }
    }

    // Whether the published word is no longer the one that is walked. If it is: no handler of the list was
    // removed or paused before `current` named it, and who removes it now will see that. Seq_cst in full-fence mode, as
    // in protect(). Weaker: a handler is called whose remover has seen nobody inside. If it is changed,
    // acquireValidated() follows before states are read.
    template <FenceMode Mode>
    static bool isChanged(const Control &control, Word word) noexcept
    {
        return validate<Platform, Mode, Word>(control.head, MemorySite::CheckHead) != word;
    }

    template <FenceMode Mode>
    static void leaveLast(Control &control, Word word, Slot &slot, Node *node) noexcept
    {
        announce<Platform, Mode, Node>(slot.current, nullptr, MemorySite::LeaveHandler);
        if (isChanged<Mode>(control, word)) [[unlikely]] {
            acquireValidated<Platform, Mode>(MemorySite::SeeChange);
            settle(node);
        }
    }

    // Calls the exception callback, in a catch block.
    [[gnu::cold]] SIGNALBOX_WALK_EXPORT static void reportException(Control &control, const Node &node) noexcept;

private:
    using Entry = HandlerEntry<Platform>;

    // The rest of a walk, defined in walk.h.
    // A thread's first notify, one past the end of its thread_locals, a nested one, or full-fence mode.
    SIGNALBOX_WALK_EXPORT static Summary dispatchUnusually(Control &control, const void *event) noexcept;
    // Not one block, or the head has changed meanwhile.
    SIGNALBOX_WALK_EXPORT static Summary walkUnusually(Control &control, Word word, Record &record,
                                                       const void *event) noexcept;
    // The head has changed since the walk began, and `entry` is announced but not called.
    [[gnu::cold]] SIGNALBOX_WALK_EXPORT static Summary resumeBefore(Control &control, Word word, Record &record,
                                                                    const void *event, const Entry *entry) noexcept;
    // `entry` has been called, with this outcome.
    [[gnu::cold]] SIGNALBOX_WALK_EXPORT static Summary resumeAfter(Control &control, Word word, Record &record,
                                                                   const void *event, const Entry *entry,
                                                                   Outcome outcome) noexcept;
    // Left while something changed: Settlement::leave().
    [[gnu::cold]] SIGNALBOX_WALK_EXPORT static void settle(Node *node) noexcept;
    [[gnu::cold]] SIGNALBOX_WALK_EXPORT static void answerRequest(Record &record, std::uint32_t bits) noexcept;

    static Summary dispatch(Control &control, const void *event) noexcept
    {
        // Acquire: for the tag alone, so that what the last unregistering thread did is seen by who finds
        // the list empty. A list is validated when it is protected.
        const Word word = control.head.load(std::memory_order_acquire);
        if (word & (PublishedList::emptyTag | PublishedList::uncheckedTag)) {
            if (word & PublishedList::emptyTag)
                return {};
            return dispatchUnusually(control, event);
        }
        Record *record = Platform::lightRecord();
        if (record == nullptr || record->slotArray[0].list.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
            return dispatchUnusually(control, event);
        return walkOneBlock(control, word, *record, event);
    }

    // The hot path: not nested, one block of handlers, nothing unusual on the way; all else goes on in Walk.
    // `word` has no tags, so it is the list's address. Six values to keep across the handlers' calls, as many
    // as x86-64 has registers for; what is unusual lives in functions of its own.
    // noexcept: what handlers throw is caught around the loop, so that the loop pays nothing for it.
    [[gnu::noinline]] static Summary walkOneBlock(Control &control, Word word, Record &record,
                                                  const void *event) noexcept
    {
        constexpr FenceMode Mode = FenceMode::Light;
        Slot &slot = record.slotArray[0];
        announce<Platform, Mode, const List>(slot.list, reinterpret_cast<const List *>(word), MemorySite::AnnounceList);
        if (validate<Platform, Mode, Word>(control.head, MemorySite::ValidateHead) != word) [[unlikely]]
            return walkUnusually(control, word, record, event);
        acquireValidated<Platform, Mode>(MemorySite::ValidateHead);
        const List &list = *reinterpret_cast<const List *>(word);
        list.canary.checkAlive();
        if (list.singleBlockCount == 0) [[unlikely]]
            return walkUnusually(control, word, record, event);
        const auto *entry = list.spans()[0].entries;
        const auto *const end = entry + list.singleBlockCount;
        Outcome outcome = Outcome::Continue;
        try {
            do {
                Node *node = entry->node;
                announce<Platform, Mode>(slot.current, node, MemorySite::AnnounceHandler);
                if (isChanged<Mode>(control, word)) [[unlikely]]
                    return resumeBefore(control, word, record, event, entry);
                entry->invoke(node, event, &outcome);
                if (outcome != Outcome::Continue) [[unlikely]]
                    return resumeAfter(control, word, record, event, entry, outcome);
            } while (++entry != end);
        } catch (...) {
            reportException(control, *entry->node);
            goto resume; // out of the catch block first: the exception ends before the next handler runs
        }
        leaveLast<Mode>(control, word, slot, end[-1].node);
        {
            const std::uint32_t called = list.singleBlockCount;
            leaveList<Mode>(record, slot);
            return {called, 0, {}};
        }
    resume:
        return resumeAfter(control, word, record, event, entry, Outcome::Failed);
    }
};

} // namespace SignalBox::detail
