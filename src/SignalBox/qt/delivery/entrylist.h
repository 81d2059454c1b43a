// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>

#include <atomic>
#include <utility>

namespace SignalBox::detail {

/*!
    Entries that are in no queue, in order; linked by their own \c next, so it never needs memory. Owns nothing.
    Reentrant. All relaxed: a list goes to another thread under a mutex, or with the mailbox's wake-up, which orders it.
*/
class EntryList
{
public:
    EntryList() noexcept = default;
    EntryList(EntryList &&other) noexcept
        : m_first(std::exchange(other.m_first, nullptr)), m_last(std::exchange(other.m_last, nullptr))
    {
    }
    EntryList(const EntryList &) = delete;
    EntryList &operator=(const EntryList &) = delete;

    bool isEmpty() const noexcept { return m_first == nullptr; }

    void append(QueueEntry *entry) noexcept
    {
        entry->next.store(nullptr, std::memory_order_relaxed);
        if (m_last)
            m_last->next.store(entry, std::memory_order_relaxed);
        else
            m_first = entry;
        m_last = entry;
    }

    void prepend(QueueEntry *entry) noexcept
    {
        entry->next.store(m_first, std::memory_order_relaxed);
        m_first = entry;
        if (!m_last)
            m_last = entry;
    }

    /*! Puts all of \a others in front. */
    void prepend(EntryList &&others) noexcept
    {
        if (others.isEmpty())
            return;
        others.m_last->next.store(m_first, std::memory_order_relaxed);
        m_first = std::exchange(others.m_first, nullptr);
        QueueEntry *const last = std::exchange(others.m_last, nullptr);
        if (!m_last)
            m_last = last;
    }

    /*! Null: there is none. */
    QueueEntry *takeFirst() noexcept
    {
        QueueEntry *const entry = m_first;
        if (entry) {
            m_first = entry->next.load(std::memory_order_relaxed);
            if (!m_first)
                m_last = nullptr;
        }
        return entry;
    }

    /*! From the first one, until \a visit returns false. */
    template <class Visit>
    void visitWhile(Visit &&visit) const
    {
        const QueueEntry *entry = m_first;
        while (entry && visit(*entry))
            entry = entry->next.load(std::memory_order_relaxed);
    }

    template <class Visit>
    void forEach(Visit &&visit)
    {
        for (QueueEntry *entry = m_first; entry; entry = entry->next.load(std::memory_order_relaxed))
            visit(*entry);
    }

private:
    QueueEntry *m_first = nullptr;
    QueueEntry *m_last = nullptr;
};

} // namespace SignalBox::detail
