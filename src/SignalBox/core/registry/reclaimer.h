// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/control.h>

#include <utility>

// Which lists, blocks and nodes may go, and who sees to it.
//
// Published lists form a chain: each names the one it replaced (`previous`), with versions that grow by
// one. A list is reclaimed when it is not the head, no hazard slot holds its address, and nothing pins
// it. A block or node lives in lists of consecutive versions [birth, death): it is reclaimed when no
// unreclaimed list has a version in that interval. So one handler that blocks for an hour keeps alive
// the list it walks and what that list contains, and nothing that came later (interval-based
// reclamation, Wen et al. 2018, with list versions as the epochs and hazard pointers as reservations).
//
// The chain is complete by construction: a list is linked before the compare-exchange that publishes it.
// What the change replaced is pushed on `retired` afterwards, by the publisher; late is safe.
//
// One reclaimer at a time, elected by a counter: whoever raises it from 0 is elected; whoever finds it
// nonzero leaves. In a living registry the elected thread makes one pass: the next change asks again. For
// a dead one, that nobody changes any more, it goes on until it can set the counter back to 0 from the
// value it saw before its last pass. Nobody waits for anybody, nothing is forgotten, and no call works
// for others without end.
//
// Orderings. Reader against reclaimer is the asymmetric fence (asymmetricfence.h): the head was
// replaced before the heavy fence, so a slot that did not hold L at the scan cannot come to hold it
// validly: its validation would see a head other than L. An old head cannot come back: each list is
// published once. A slot is scanned before pins are read: a deep notify pins while a slot still
// holds the list, so a scan that misses the slot (cleared with release) sees the pin.

namespace SignalBox::detail {

template <class Platform>
class Reclaimer
{
    using List = HandlerList<Platform>;
    using Block = HandlerBlock<Platform>;
    using Node = HandlerNode<Platform>;

public:
    explicit Reclaimer(Control<Platform> &control) noexcept : m_control(control) {}

    // What one change has replaced, to be handed over in one step.
    class Retirement
    {
    public:
        explicit Retirement(std::uint64_t death) noexcept : m_death(death) {}
        // Something that lists from `death` on do not contain.
        void add(Retirable *item) noexcept
        {
            item->death = m_death;
            item->nextRetired = std::exchange(m_first, item);
            if (!m_last)
                m_last = item;
        }

    private:
        friend class Reclaimer;
        const std::uint64_t m_death;
        Retirable *m_first = nullptr;
        Retirable *m_last = nullptr;
    };

    // Lock-free, no memory.
    void retire(const Retirement &items) noexcept
    {
        if (!items.m_first)
            return;
        Retirable *first = m_control.retired.load(std::memory_order_relaxed);
        do {
            items.m_last->nextRetired = first;
            // Release: birth, death and all uses of the items before; partner: collectRetired().
            // Weaker: the reclaimer judges an item by old versions.
        } while (!m_control.retired.compare_exchange_weak(
                first, items.m_first, Platform::order(MemorySite::RetireItem, std::memory_order_release),
                std::memory_order_relaxed));
    }

    // After a change that published `version`: reclaims if enough has come together. Lists cost a pass
    // one heavy fence however many they are, so they are batched.
    void reclaimIfDue(std::uint64_t version) noexcept
    {
        // Relaxed: a hint; a pass too many or too few harms nobody.
        if (version - m_control.lastReclaim.load(std::memory_order_relaxed) >= Platform::reclaimInterval)
            reclaim();
    }

    void reclaim() noexcept
    {
        const Election election = request();
        if (!election.isWon)
            return;
        pass();
        // Acquire-release, as in request(). Requests that came meanwhile are dropped.
        m_control.reclaimRequests.exchange(election.seen - 1,
                                           Platform::order(MemorySite::ElectReclaimer, std::memory_order_acq_rel));
        freeCollected();
        // The registry died meanwhile, and its orphan's reclaimer found this election taken. (Relaxed:
        // that thread raised the counter after the flag was set.)
        if (m_control.isOrphan.load(std::memory_order_relaxed))
            Platform::domain().reclaimOrphans();
    }

    // For a registry that is gone, by the elected thread of the domain. True: all its lists are
    // reclaimed. False: readers have been asked to come back, or another thread is at work and will.
    bool reclaimOrphan() noexcept
    {
        Election election = request();
        if (!election.isWon)
            return false;
        bool isDone = false;
        do {
            requestReaders();
            // A slot that the requests missed may be in the way of the pass: again, until no new one is.
            do {
                pass();
                isDone = head()->previous == nullptr;
            } while (!isDone && requestReaders());
        } while (!isOver(election));
        freeCollected();
        return isDone;
    }

    // No reader, no writer, no guard: everything goes.
    void reclaimEverything() noexcept
    {
        // The last list is empty, unless a capture's destructor registered on the dying registry. What it
        // contains was never retired.
        const List &last = *head();
        last.forEach([](const HandlerEntry<Platform> &entry, const HandlerKey &, bool) { entry.node->dropReference(); });
        for (std::uint32_t i = 0; i < last.spanCount && !last.hasInlineBlock; ++i)
            Block::destroy(last.blockAt(i));
        for (List *list = head(); list;) {
            List *previous = list->previous;
            collect(list);
            list = previous;
        }
        collectRetired();
        freeItems(m_control.unreclaimed);
        m_control.unreclaimed = nullptr;
        freeCollected();
    }

private:
    List *head() const noexcept
    {
        // Acquire: pairs with PublishHead: the list's contents and its chain. Seq_cst as the scan's start.
        return Control<Platform>::listOf(m_control.head.load(std::memory_order_seq_cst));
    }

    // The counter of requests, below the number of forks at which it counts: in a child of fork(), an
    // election won by a thread that is no more is void. What that thread had taken into its hands is
    // lost; the chain it left is whole, since every step of a pass leaves it so.
    struct Election
    {
        bool isWon;
        std::uint64_t seen;
    };

    // Acquire-release, here and in isOver(): passes follow each other in the modification order of the
    // counter, and each happens before the next. Weaker: two reclaimers see different chains.
    Election request() noexcept
    {
        const std::uint64_t generation = std::uint64_t{Platform::domain().forkGeneration()} << 32;
        std::uint64_t before = m_control.reclaimRequests.load(std::memory_order_relaxed);
        std::uint64_t after = 0;
        do {
            after = (before >> 32 == generation >> 32 ? before : generation) + 1;
        } while (!m_control.reclaimRequests.compare_exchange_weak(
                before, after, Platform::order(MemorySite::ElectReclaimer, std::memory_order_acq_rel),
                std::memory_order_relaxed));
        return {after == generation + 1, after};
    }

    // False: there were requests since; their number is the new one to beat.
    bool isOver(Election &election) noexcept
    {
        return m_control.reclaimRequests.compare_exchange_strong(
                election.seen, election.seen & ~std::uint64_t{0xFFFFFFFF},
                Platform::order(MemorySite::ElectReclaimer, std::memory_order_acq_rel), std::memory_order_acquire);
    }

    // One pass. Elected reclaimer only.
    void pass() noexcept
    {
        List *newest = head();
        m_control.lastReclaim.store(newest->version, std::memory_order_relaxed);
        collectRetired();
        // After this fence every reader has either announced its list or will see a newer head.
        Platform::heavyFence(MemorySite::HeavyFenceReclaim);
        const auto protectedLists = Platform::domain().protectedLists();
        List *kept = newest;
        for (List *list = newest->previous; list;) {
            List *older = list->previous;
            const bool isNamed = protectedLists.isComplete() ? protectedLists.contains(list)
                                                             : Platform::domain().isProtected(list);
            // Acquire: pairs with the unpinning in dispatch.h. After the scan, see above.
            if (isNamed || list->pins.load(Platform::order(MemorySite::PinList, std::memory_order_seq_cst)) != 0) {
                kept = list;
            } else {
                kept->previous = older;
                collect(list);
            }
            list = older;
        }
        sortOut(newest);
    }

    // Moves what no unreclaimed list contains from `unreclaimed` to the collected items.
    void sortOut(const List *newest) noexcept
    {
        Retirable **link = &m_control.unreclaimed;
        while (Retirable *item = *link) {
            if (isContained(*item, newest)) {
                link = &item->nextRetired;
            } else {
                *link = item->nextRetired;
                item->nextRetired = m_items;
                m_items = item;
            }
        }
    }

    // `newest` and lists newer than that: items retired so far have died before.
    static bool isContained(const Retirable &item, const List *newest) noexcept
    {
        if (item.death > newest->version)
            return true; // retired by a change published after this pass began: the next pass judges it
        for (const List *list = newest->previous; list && list->version >= item.birth; list = list->previous) {
            if (list->version < item.death)
                return true;
        }
        return false;
    }

    void collectRetired() noexcept
    {
        // Acquire: pairs with retire().
        Retirable *item = m_control.retired.exchange(
                nullptr, Platform::order(MemorySite::RetireItem, std::memory_order_acquire));
        while (item) {
            Retirable *next = item->nextRetired;
            item->nextRetired = m_control.unreclaimed;
            m_control.unreclaimed = item;
            item = next;
        }
    }

    void collect(List *list) noexcept
    {
        if (list == &m_control.first || list == &m_control.last)
            return;
        list->previous = m_lists;
        m_lists = list;
    }

    // Outside the election: freeing takes time, and a node may bring its callable with it.
    void freeCollected() noexcept
    {
        while (List *list = m_lists) {
            m_lists = list->previous;
            List::destroy(list);
        }
        freeItems(m_items);
        m_items = nullptr;
    }

    static void freeItems(Retirable *item) noexcept
    {
        while (item) {
            Retirable *next = item->nextRetired;
            if (item->kind == Retirable::Kind::Block)
                Block::destroy(static_cast<Block *>(item));
            else
                static_cast<Node *>(item)->dropReference();
            item = next;
        }
    }

    // Tells the readers that hold one of the lists, so that the last of them comes back for it. True: the
    // pass must be made again, because one is there that had not been told before, or none at all. A reader may
    // have been told by its slot and then hold its list by a pin: a deep walk answers for both when it ends.
    bool requestReaders() noexcept
    {
        using Record = HazardRecord<Platform>;
        bool isPinned = false;
        for (List *list = head()->previous; list; list = list->previous)
            isPinned |= list->pins.load(Platform::order(MemorySite::PinList, std::memory_order_seq_cst)) != 0;
        bool isNew = false;
        bool isAnyone = false;
        Platform::domain().forEachRecord([&](Record &record) {
            std::uint32_t bits = isPinned ? Record::deepRequestBit : 0;
            for (const HazardSlot<Platform> &slot : record.slotArray) {
                const List *named = slot.list.load(Platform::order(MemorySite::ScanLists, std::memory_order_seq_cst));
                for (const List *list = head()->previous; named && list; list = list->previous) {
                    if (list == named)
                        bits |= record.requestBitOf(slot);
                }
            }
            if (bits == 0)
                return;
            isAnyone = true;
            // Before the heavy fence of the pass that follows: either the reader sees the request when it
            // leaves, or that pass sees it gone. Seq_cst: the same in full-fence mode.
            const std::uint32_t before = record.reclaimRequested.fetch_or(
                    bits, Platform::order(MemorySite::RequestRecord, std::memory_order_seq_cst));
            isNew |= (bits & ~before) != 0;
        });
        return isNew || !isAnyone;
    }

    Control<Platform> &m_control;
    List *m_lists = nullptr;
    Retirable *m_items = nullptr;
};

template <class Platform>
void Control<Platform>::dropReference() noexcept
{
    if (references.fetch_sub(1, Platform::order(MemorySite::DropReference, std::memory_order_acq_rel)) != 1)
        return;
    Reclaimer<Platform>(*this).reclaimEverything();
    // Its readers were inside walks of this one's lists, and there are none.
    if (Control *callback = exceptionControl.load(std::memory_order_relaxed))
        callback->dropReference();
    delete this;
}

template <class Platform>
void HazardDomain<Platform>::adopt(Control<Platform> *control) noexcept
{
    Control<Platform> *first = m_orphans.load(std::memory_order_relaxed);
    do {
        control->nextOrphan = first;
        // Release: the control block as the registry left it; partner: reclaimOrphans().
    } while (!m_orphans.compare_exchange_weak(first, control,
                                              Platform::order(MemorySite::RetireItem, std::memory_order_release),
                                              std::memory_order_relaxed));
    reclaimOrphans();
}

template <class Platform>
void HazardDomain<Platform>::reclaimOrphans() noexcept
{
    // The election of reclaimer.h. A reader that found its record flagged raises the counter after it
    // left its list, so the elected thread makes another pass and finds it gone.
    const std::memory_order order = Platform::order(MemorySite::ElectReclaimer, std::memory_order_acq_rel);
    std::uint32_t seen = m_orphanRequests.fetch_add(1, order) + 1;
    if (seen != 1)
        return;
    do {
        Control<Platform> *done = nullptr;
        Control<Platform> *control = m_orphans.exchange(
                nullptr, Platform::order(MemorySite::RetireItem, std::memory_order_acquire));
        while (control) {
            Control<Platform> *next = control->nextOrphan;
            control->nextOrphan = m_waitingOrphans;
            m_waitingOrphans = control;
            control = next;
        }
        for (Control<Platform> **link = &m_waitingOrphans; *link;) {
            control = *link;
            if (Reclaimer<Platform>(*control).reclaimOrphan()) {
                *link = control->nextOrphan;
                control->nextOrphan = done;
                done = control;
            } else {
                link = &control->nextOrphan;
            }
        }
        while (done) {
            Control<Platform> *next = done->nextOrphan;
            done->dropReference();
            done = next;
        }
    } while (!m_orphanRequests.compare_exchange_strong(seen, 0, order, std::memory_order_acquire));
}

template <class Platform>
void HazardDomain<Platform>::forgetOtherThreads(Record *own) noexcept
{
    // The dead may have been between a frame and its count: the counts are made anew from this thread's frames.
    forEachRecord([](Record &record) {
        for (DeepFrame<Platform> *frame = record.deepFrames; frame; frame = frame->below) {
            if (frame->list)
                frame->list->pins.store(0, std::memory_order_relaxed);
            if (frame->current)
                frame->current->deepInside.store(0, std::memory_order_relaxed);
        }
    });
    for (DeepFrame<Platform> *frame = own ? own->deepFrames : nullptr; frame; frame = frame->below) {
        if (frame->list)
            frame->list->pins.fetch_add(1, std::memory_order_relaxed);
        if (frame->current)
            frame->current->deepInside.fetch_add(1, std::memory_order_relaxed);
    }
    forEachRecord([own](Record &record) {
        if (&record == own)
            return;
        for (HazardSlot<Platform> &slot : record.slotArray) {
            slot.current.store(nullptr, std::memory_order_relaxed);
            slot.list.store(nullptr, std::memory_order_relaxed);
        }
        record.deepFrames = nullptr;
        record.inUse.store(0, std::memory_order_relaxed);
    });
    m_orphanRequests.store(0, std::memory_order_relaxed);
    m_forkGeneration.fetch_add(1, std::memory_order_relaxed);
}

// Compiled once, in reclaimer.cpp.
extern template class SIGNALBOX_CORE_EXPORT HazardDomain<StandardPlatform>;

} // namespace SignalBox::detail
