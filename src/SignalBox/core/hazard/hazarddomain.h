// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/hazard/hazardrecord.h>

// All hazard records of the process, and the registries that died while somebody still walked one of
// their lists.
//
// Records are taken by threads (their first notify) and given back (thread exit), never freed: a scan
// may look at any record at any time. The domain itself is constant-initialised and trivially destroyed,
// so that notify works in static constructors and destructors.

namespace SignalBox::detail {

template <class Platform>
struct Control;

// What scans of one pass have seen: the non-null values of one kind of slot. Holds the usual handful
// itself; beyond that it is incomplete, and contains() errs on the safe side by asking the slots again.
template <class Pointer>
class HazardSnapshot
{
public:
    void add(Pointer pointer) noexcept
    {
        if (m_count < capacity)
            m_pointers[m_count++] = pointer;
        else
            m_isComplete = false;
    }
    bool isComplete() const noexcept { return m_isComplete; }
    bool contains(Pointer pointer) const noexcept
    {
        for (int i = 0; i < m_count; ++i) {
            if (m_pointers[i] == pointer)
                return true;
        }
        return false;
    }

private:
    static constexpr int capacity = 64;
    Pointer m_pointers[capacity];
    int m_count = 0;
    bool m_isComplete = true;
};

template <class Platform>
class HazardDomain
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;
    using Record = HazardRecord<Platform>;
    using List = HandlerList<Platform>;
    using Node = HandlerNode<Platform>;

public:
    constexpr HazardDomain() noexcept = default;
    HazardDomain(const HazardDomain &) = delete;
    HazardDomain &operator=(const HazardDomain &) = delete;

    // A record nobody uses, or a new one. Lock-free; allocates only when all are in use.
    // Out of memory: throws, which ends the process in a notify (documented there).
    Record *acquireRecord()
    {
        // Acquire: pairs with addRecord(): the record is constructed.
        for (Record *record = m_records.load(std::memory_order_acquire); record; record = record->next) {
            std::uint32_t expected = 0;
            // Acquire: pairs with releaseRecord(): the previous owner's plain fields.
            if (record->inUse.load(std::memory_order_relaxed) == 0
                && record->inUse.compare_exchange_strong(
                        expected, 1, Platform::order(MemorySite::AcquireRecord, std::memory_order_acquire),
                        std::memory_order_relaxed)) {
                return record;
            }
        }
        Record *record = new Record;
        record->inUse.store(1, std::memory_order_relaxed);
        addRecord(record);
        return record;
    }

    void releaseRecord(Record *record) noexcept
    {
        record->inUse.store(0, Platform::order(MemorySite::ReleaseRecord, std::memory_order_release));
    }

    // Makes an unused or new record known. Records given once stay for ever.
    void addRecord(Record *record) noexcept
    {
        Record *first = m_records.load(std::memory_order_relaxed);
        do {
            record->next = first;
            // Release: next and the constructed slots before the record; partner: every traversal. Seq_cst:
            // before the first announcement in the total order of full-fence mode, or a scan that comes
            // after the publication which that announcement missed would not find the record.
        } while (!m_records.compare_exchange_weak(first, record,
                                                  Platform::order(MemorySite::AddRecord, std::memory_order_seq_cst),
                                                  std::memory_order_relaxed));
    }

    template <class Visit>
    void forEachRecord(Visit &&visit) const
    {
        // A record that this load misses belongs to a thread whose first announcement comes after the
        // scanner's heavy fence, and validates against what was published before it. Seq_cst for the
        // same reason in full-fence mode: the load is part of the scan. Partner: addRecord().
        for (Record *record = m_records.load(Platform::order(MemorySite::AddRecord, std::memory_order_seq_cst)); record;
             record = record->next)
            visit(*record);
    }

    // Every list that some slot names. Precondition: a heavy fence since the publications that matter.
    HazardSnapshot<const List *> protectedLists() const noexcept
    {
        HazardSnapshot<const List *> result;
        forEachRecord([&result](const Record &record) {
            for (const HazardSlot<Platform> &slot : record.slotArray) {
                // Acquire part: pairs with LeaveList/AnnounceList (release): the reader's accesses to
                // the list happen before its reclamation. Seq_cst: fourth operation of full-fence mode.
                const List *list = slot.list.load(Platform::order(MemorySite::ScanLists, std::memory_order_seq_cst));
                if (list)
                    result.add(list);
            }
        });
        return result;
    }

    bool isProtected(const List *list) const noexcept
    {
        bool result = false;
        forEachRecord([&](const Record &record) {
            for (const HazardSlot<Platform> &slot : record.slotArray)
                result |= slot.list.load(Platform::order(MemorySite::ScanLists, std::memory_order_seq_cst)) == list;
        });
        return result;
    }

    // Every handler that somebody is inside of, but for deep frames.
    HazardSnapshot<const Node *> currentHandlers() const noexcept
    {
        HazardSnapshot<const Node *> result;
        forEachRecord([&result](const Record &record) {
            for (const HazardSlot<Platform> &slot : record.slotArray) {
                const Node *node = slot.current.load(Platform::order(MemorySite::ScanCurrents, std::memory_order_seq_cst));
                if (node)
                    result.add(node);
            }
        });
        return result;
    }

    // Whether a thread other than that of `own` (null: any thread) is inside `node`. The caller keeps the
    // node alive. Acquire, as above: what it did inside happens before what the caller does next.
    bool isInside(const Node *node, const Record *own) const noexcept
    {
        bool result = false;
        forEachRecord([&](const Record &record) {
            if (&record == own)
                return;
            for (const HazardSlot<Platform> &slot : record.slotArray) {
                result |= slot.current.load(Platform::order(MemorySite::ScanCurrents, std::memory_order_seq_cst)) == node;
            }
        });
        const std::uint32_t ownDeepFrames = own ? own->deepFramesInside(node) : 0;
        return result
                || node->deepInside.load(Platform::order(MemorySite::CountInside, std::memory_order_seq_cst)) != ownDeepFrames;
    }

    // --- registries that died while they were walked ---------------------------------------------

    // Takes over the registry's share in `control` and reclaims it when the last walk of its lists ends.
    void adopt(Control<Platform> *control) noexcept;

    // Reclaims what can be; what cannot is left to the readers in the way, each told by its record.
    void reclaimOrphans() noexcept;

    // --- after fork() ----------------------------------------------------------------------------

    // In the child: only `own`'s thread exists. Other records hold nothing and are free.
    void forgetOtherThreads(Record *own) noexcept;
    // Grows with every fork; elections that the dead took part in are void.
    std::uint32_t forkGeneration() const noexcept { return m_forkGeneration.load(std::memory_order_relaxed); }

private:
    Atomic<Record *> m_records{nullptr};
    Atomic<Control<Platform> *> m_orphans{nullptr}; // newly adopted
    Atomic<std::uint32_t> m_orphanRequests{0}; // election, as in reclaimer.h
    Control<Platform> *m_waitingOrphans = nullptr; // the elected thread only
    Atomic<std::uint32_t> m_forkGeneration{0};
};

} // namespace SignalBox::detail
