// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/backlogstore.h>

#include <SignalBox/qt/handlers/backlogring.h>
#include <SignalBox/qt/handlers/batch.h>

#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

namespace SignalBox::detail {

namespace {

constexpr int mostPlaces = 64 * 1024; // of a ring: half a megabyte

// The newest `capacity` items, or, where the newest are dropped, the oldest.
class RingStore final : public BacklogStore
{
public:
    RingStore(std::uint32_t capacity, Overflow overflow)
        : m_ring(capacity), m_dropsNewest(overflow == Overflow::DropNewest)
    {}

    QueueEntry *push(QueueEntry *item) noexcept override
    {
        if (!m_dropsNewest)
            return m_ring.push(item);
        return m_ring.pushIfRoom(item) ? nullptr : item;
    }

    QueueEntry *take(EntryList &lost) noexcept override
    {
        QueueEntry *const item = m_ring.pop([&](QueueEntry *out) { lost.append(out); });
        if (item && m_dropsNewest)
            m_ring.release();
        return item;
    }

    void takeAll(Batch &batch, EntryList &lost) noexcept override
    {
        const std::uint64_t end = m_ring.end();
        while (QueueEntry *item = take(lost)) {
            batch.add(item);
            if (m_ring.isTakenUpTo(end))
                return;
        }
    }

    bool isUntouched() const noexcept override { return m_ring.isEmpty(); }
    std::uint64_t count() const noexcept override { return m_ring.count(); }
    bool isEmpty() const noexcept override { return m_ring.isEmpty(); }

private:
    BacklogRing<DeliveryPlatform, QueueEntry> m_ring;
    const bool m_dropsNewest;
};

// As RingStore, for a capacity whose ring would be large: its memory is that of the items. Producers may wait for each other, and
// for the consumer, each for a few instructions.
class LockedStore final : public BacklogStore
{
public:
    LockedStore(std::uint32_t capacity, Overflow overflow)
        : m_capacity(capacity), m_dropsNewest(overflow == Overflow::DropNewest)
    {}

    QueueEntry *push(QueueEntry *item) noexcept override
    {
        const std::lock_guard lock(m_mutex);
        if (m_count == m_capacity && m_dropsNewest)
            return item;
        m_items.append(item);
        if (m_count == m_capacity)
            return m_items.takeFirst();
        ++m_count;
        return nullptr;
    }

    QueueEntry *take(EntryList &) noexcept override
    {
        const std::lock_guard lock(m_mutex);
        QueueEntry *const item = m_items.takeFirst();
        if (item)
            --m_count;
        return item;
    }

    void takeAll(Batch &batch, EntryList &) noexcept override
    {
        EntryList items;
        {
            const std::lock_guard lock(m_mutex);
            items.prepend(std::move(m_items));
            m_count = 0;
        }
        while (QueueEntry *item = items.takeFirst())
            batch.add(item);
    }

    bool isUntouched() const noexcept override { return isEmpty(); }
    std::uint64_t count() const noexcept override
    {
        const std::lock_guard lock(m_mutex);
        return m_count;
    }
    bool isEmpty() const noexcept override
    {
        const std::lock_guard lock(m_mutex);
        return m_items.isEmpty();
    }

private:
    mutable std::mutex m_mutex;
    EntryList m_items;
    std::uint32_t m_count = 0;
    const std::uint32_t m_capacity;
    const bool m_dropsNewest;
};

} // namespace

void BacklogStore::takeRest(EntryList &taken) noexcept
{
    EntryList lost;
    do {
        while (QueueEntry *item = take(lost))
            taken.append(item);
        // A producer between its two steps is waited for, which is near.
    } while (mustLookAgain() && (std::this_thread::yield(), true));
    while (QueueEntry *item = lost.takeFirst())
        taken.append(item);
}

std::unique_ptr<BacklogStore> BacklogStore::make(const Backlog &backlog)
{
    if (backlog.capacity() > mostPlaces)
        return std::make_unique<LockedStore>(static_cast<std::uint32_t>(backlog.capacity()), backlog.overflow());
    return std::make_unique<RingStore>(static_cast<std::uint32_t>(backlog.capacity()), backlog.overflow());
}

} // namespace SignalBox::detail
