// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/platform.h>

// Hazard slots, grouped into one record per thread (Michael 2004; the words are those of P2530).
//
// A slot says two things to writers of other threads: `list`, the snapshot its notify walks and that
// must not be reclaimed, and `current`, the handler it is calling and whose capture must not be
// destroyed. Only the record's thread stores to its slots; anybody loads them. Both are compared by
// address and never dereferenced by others, so what they name may be long gone.
//
// Announcing is the reader's half of the asymmetric fence:
//
//     announce(slot.list, L); validate: head == L ?          against   publish L'; heavy fence; scan lists
//     announce(slot.current, N); head == L, or N not removed  against   mark N; publish; heavy fence; scan currents
//
// Orderings: an announcement needs no order towards what follows (the fence pair gives it), but it is
// also the end of whatever the slot named before: everything the reader did under the old value must
// happen before a writer that sees the new one reclaims it. Hence release, also when a non-null value is
// stored: C++20 has no release sequences through later plain stores of the same thread.

namespace SignalBox::detail {

template <class Platform>
struct HandlerList;
template <class Platform>
struct HandlerNode;

template <class Platform>
struct HazardSlot
{
    // First: the hot loop stores to it through the record's own address.
    typename Platform::template Atomic<HandlerNode<Platform> *> current{nullptr};
    typename Platform::template Atomic<const HandlerList<Platform> *> list{nullptr};
};

// A notify nested deeper than a record has slots counts on the list and the node themselves, and keeps
// this on its stack so that its own thread can tell its own counts from those of others.
template <class Platform>
struct DeepFrame
{
    HandlerList<Platform> *list; // null: one handler is called by itself
    HandlerNode<Platform> *current;
    DeepFrame *below;
};

// Two cache lines, because x86 fetches lines in pairs: a thread's stores never disturb another's record.
template <class Platform>
struct alignas(128) HazardRecord
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;

    static constexpr int readerSlotCount = Platform::slotCount - 1;

    // The last slot serves writers and the first steps of deep notifies: short sections.
    HazardSlot<Platform> slotArray[Platform::slotCount];
    // Set by a reclaimer of a destroyed registry, one bit for each slot that was in its way; see RequestRecord.
    Atomic<std::uint32_t> reclaimRequested{0};
    Atomic<std::uint32_t> inUse{0};
    HazardRecord *next = nullptr; // constant once the record is in the domain's list
    DeepFrame<Platform> *deepFrames = nullptr; // own thread only

    static constexpr std::uint32_t requestBit(int slot) noexcept { return std::uint32_t{1} << slot; }
    // For deep notifies, of which others cannot see whose they are.
    static constexpr std::uint32_t deepRequestBit = requestBit(Platform::slotCount);

    std::uint32_t requestBitOf(const HazardSlot<Platform> &slot) const noexcept
    {
        return requestBit(static_cast<int>(&slot - slotArray));
    }

    // A slot for a short section. Those do not nest, unless operator new, replaced by the user, comes back
    // to a registry; then a reader's slot serves. (Null: also nested deeper than there are slots.)
    HazardSlot<Platform> *writerSlot() noexcept
    {
        HazardSlot<Platform> &last = slotArray[Platform::slotCount - 1];
        return last.list.load(std::memory_order_relaxed) == nullptr ? &last : freeSlot();
    }

    // A slot for one more nested notify, or null: nested too deeply.
    // Relaxed: only this thread stores.
    HazardSlot<Platform> *freeSlot() noexcept
    {
        for (int i = 0; i < readerSlotCount; ++i) {
            if (slotArray[i].list.load(std::memory_order_relaxed) == nullptr)
                return &slotArray[i];
        }
        return nullptr;
    }

    // Whether this record's own thread is inside `node`. Own thread only.
    bool isInside(const HandlerNode<Platform> *node) const noexcept
    {
        for (const HazardSlot<Platform> &slot : slotArray) {
            if (slot.current.load(std::memory_order_relaxed) == node)
                return true;
        }
        return deepFramesInside(node) != 0;
    }

    // The handler that this record's own thread entered last and has not left, or null. Own thread only. Slots are taken
    // in order, and given back in the opposite one.
    const HandlerNode<Platform> *innermostHandler() const noexcept
    {
        for (const DeepFrame<Platform> *frame = deepFrames; frame; frame = frame->below) {
            if (frame->current)
                return frame->current;
        }
        for (int i = readerSlotCount - 1; i >= 0; --i) {
            if (const HandlerNode<Platform> *node = slotArray[i].current.load(std::memory_order_relaxed))
                return node;
        }
        return nullptr;
    }

    std::uint32_t deepFramesInside(const HandlerNode<Platform> *node) const noexcept
    {
        std::uint32_t count = 0;
        for (const DeepFrame<Platform> *frame = deepFrames; frame; frame = frame->below)
            count += frame->current == node;
        return count;
    }
};

template <class Platform, FenceMode Mode, class T>
inline void announce(typename Platform::template Atomic<T *> &hazard, T *value, MemorySite site) noexcept
{
    if constexpr (Mode == FenceMode::Light) {
        hazard.store(value, Platform::order(site, std::memory_order_release));
        Platform::lightFence(site);
    } else {
        // The first of four seq_cst operations (announce, validate / publish, scan): in their total
        // order the reader's announcement precedes its validation, the writer's publication its scan,
        // so one of the two sees the other. An exchange and not a store: one full barrier on every
        // processor and visible to ThreadSanitizer.
        hazard.exchange(value, Platform::order(site, std::memory_order_seq_cst));
    }
}

// The reader's load behind announce(). Light-fence mode: the heavy fence of the writer, which falls before this load or
// behind the announcement, is all that it needs to see the other's store; what that store published is acquired by
// acquireValidated(). Full-fence mode: the second of the four seq_cst operations.
template <class Platform, FenceMode Mode, class T>
inline T validate(const typename Platform::template Atomic<T> &word, MemorySite site) noexcept
{
    return word.load(Platform::order(site, Mode == FenceMode::Light ? Platform::lightLoad : std::memory_order_seq_cst));
}

// Who stored what validate() has loaded did what it did before that store. A fence of its own, for those who need it only
// when something has changed.
template <class Platform, FenceMode Mode>
inline void acquireValidated([[maybe_unused]] MemorySite site) noexcept
{
    if constexpr (Mode == FenceMode::Light)
        Platform::acquireFence(site);
}

} // namespace SignalBox::detail
