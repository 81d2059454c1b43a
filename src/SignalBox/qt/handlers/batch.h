// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/handlers/notification.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*! What a handler is called with: each event by itself, or what waits for it together, as a Batch. */
enum class CalledWith : unsigned char { Event, Batch };

/*! What its backlog keeps: what the options say, or, for latestBy(), the newest event of each key. */
enum class Kept : unsigned char { AsOptions, NewestOfEachKey };

/*!
    The events of one call of a batch handler, on the stack of the visit that took them out of the handler's store. It owns
    their entries, which are freed after the call.
*/
class Batch final : public Notification
{
public:
    using Items = std::vector<QueueEntry *>;

    /*! \a memory is empty, and only saves an allocation. */
    explicit Batch(Items &&memory) noexcept : Notification(Kind::Batch, nullptr), m_items(std::move(memory)) {}

    void add(QueueEntry *item)
    {
        m_items.push_back(item);
        m_isCounted |= eventOf(*item).completion() != nullptr;
    }

    std::size_t size() const noexcept { return m_items.size(); }
    bool isEmpty() const noexcept { return m_items.empty(); }
    const Event &eventAt(std::size_t index) const noexcept { return eventOf(*m_items[index]); }
    QueueEntry *const *items() const noexcept { return m_items.data(); }
    /*! Whether somebody counts what becomes of one of the events. */
    bool isCounted() const noexcept { return m_isCounted; }
    /*! What the handler has not got since the batch before. */
    std::uint64_t lost() const noexcept { return m_lost; }
    void setLost(std::uint64_t lost) noexcept { m_lost = lost; }
    /*! The visit's, as the next one. */
    Items &entries() noexcept { return m_items; }
    /*! Its memory, for the next batch, unless it is much. */
    Items takeMemory() noexcept
    {
        m_items.clear();
        return m_items.capacity() <= mostSpareItems ? std::move(m_items) : Items();
    }

    static const Event &eventOf(const QueueEntry &item) noexcept { return Event::of(*item.payload()); }

private:
    static constexpr std::size_t mostSpareItems = 64 * 1024;

    Items m_items;
    std::uint64_t m_lost = 0;
    bool m_isCounted = false;
};

} // namespace SignalBox::detail
