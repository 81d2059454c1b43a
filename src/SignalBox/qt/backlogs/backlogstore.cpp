// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/backlogstore.h>

#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/newestslot.h>

#include <cstdint>
#include <mutex>
#include <utility>

namespace SignalBox::detail {

namespace {

// newest(1). Producers never wait.
class NewestStore final : public BacklogStore
{
public:
    QueueEntry *push(QueueEntry *item) noexcept override { return m_slot.put(item); }
    bool isEmpty() const noexcept override { return m_slot.isEmpty(); }
    std::uint64_t count() const noexcept override { return m_slot.isEmpty() ? 0 : 1; }

    QueueEntry *take() noexcept override { return m_slot.take(); }
    void takeAll(Batch &batch) noexcept override
    {
        if (QueueEntry *item = take())
            batch.add(item);
    }
    void takeRest(EntryList &taken, Extent) noexcept override
    {
        if (QueueEntry *item = take())
            taken.append(item);
    }

private:
    NewestSlot<DeliveryPlatform, QueueEntry> m_slot;
};

// newest(n) and oldest(n). The mutex is held for a few instructions, and never while code of the program runs. It orders what producers
// store before the wake-up that they raise, and what the consumer looks at after the wake-up that it clears.
class LimitedStore final : public BacklogStore
{
public:
    explicit LimitedStore(const Backlog &backlog)
        : m_limit(static_cast<std::uint64_t>(backlog.limit())), m_keepsOldest(backlog.keep() == Backlog::Keep::Oldest)
    {
    }

    QueueEntry *push(QueueEntry *item) noexcept override
    {
        const std::lock_guard lock(m_mutex);
        if (m_count == m_limit && m_keepsOldest)
            return item;
        m_items.append(item);
        if (m_count == m_limit)
            return m_items.takeFirst();
        ++m_count;
        return nullptr;
    }
    bool isEmpty() const noexcept override { return count() == 0; }
    std::uint64_t count() const noexcept override
    {
        const std::lock_guard lock(m_mutex);
        return m_count;
    }

    QueueEntry *take() noexcept override
    {
        const std::lock_guard lock(m_mutex);
        QueueEntry *const item = m_items.takeFirst();
        if (item)
            --m_count;
        return item;
    }
    void takeAll(Batch &batch) noexcept override
    {
        EntryList items;
        takeRest(items, Extent::Present);
        while (QueueEntry *item = items.takeFirst())
            batch.add(item);
    }
    void takeRest(EntryList &taken, Extent) noexcept override
    {
        EntryList items;
        {
            const std::lock_guard lock(m_mutex);
            items.prepend(std::move(m_items));
            m_count = 0;
        }
        items.prepend(std::move(taken));
        taken.prepend(std::move(items));
    }

private:
    mutable std::mutex m_mutex; // guards the next two
    EntryList m_items;
    std::uint64_t m_count = 0;
    const std::uint64_t m_limit;
    const bool m_keepsOldest;
};

} // namespace

std::unique_ptr<BacklogStore> BacklogStore::make(const Backlog &backlog)
{
    if (backlog.keep() == Backlog::Keep::Newest && backlog.limit() == 1)
        return std::make_unique<NewestStore>();
    return std::make_unique<LimitedStore>(backlog);
}

} // namespace SignalBox::detail
