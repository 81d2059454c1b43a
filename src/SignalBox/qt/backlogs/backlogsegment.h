// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/backlogs/valuetype.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace SignalBox::detail {

/*!
    A page of places in a handler's own store, see SegmentQueue: in each place lies a shared event's entry, or a value that belongs
    to the handler alone. In a list of what was in a backlog, a segment stands for all that is in it, with the kind Several.

        [ BacklogSegment  states, a byte each  places ]

    The states lie apart, as bytes in the places would double what small values take, and each new page costs a page fault.
*/
class BacklogSegment : public QueueEntry
{
public:
    enum State : std::uint8_t { Free, Entry, Value };

    static constexpr std::size_t alignment = 4096;

    /*! The number of places in a segment. \a type: that of its values; null: it has entries only. */
    static std::uint32_t capacityFor(const ValueType *type) noexcept;
    /*! Makes a segment whose places are all free. Throws std::bad_alloc. */
    static BacklogSegment *create(const ValueType *type);
    /*! Frees the segment. The values in it must have been destroyed. */
    void free() noexcept;
    /*! Destroys the values, and makes all places free again. The entries belong to others. */
    void clear() noexcept;

    static bool is(const QueueEntry &item) noexcept { return item.kind() == Several; }

    std::atomic_ref<std::uint8_t> state(std::uint32_t index) noexcept { return std::atomic_ref(states()[index]); }
    void setPrevious(BacklogSegment *segment) noexcept { m_previous = segment; }
    BacklogSegment *previous() const noexcept { return m_previous; }

    /*! The number of places in use. Known once the consumer has taken the segment. */
    std::uint32_t count() const noexcept { return m_count; }
    void setCount(std::uint32_t count) noexcept { m_count = count; }

    void *place(std::uint32_t index) noexcept { return reinterpret_cast<std::byte *>(this) + m_firstPlace + index * m_placeSize; }
    void setEntry(std::uint32_t index, QueueEntry *entry) noexcept { ::new (place(index)) QueueEntry *(entry); }
    /*! Whether the place has a value. The caller has seen the place published. */
    bool isValue(std::uint32_t index) noexcept { return states()[index] == Value; }
    /*! The entry in a place that has been seen published, and has no value. */
    QueueEntry *entry(std::uint32_t index) noexcept { return *static_cast<QueueEntry **>(place(index)); }

private:
    explicit BacklogSegment(const ValueType *type) noexcept;
    std::uint8_t *states() noexcept { return reinterpret_cast<std::uint8_t *>(this + 1); }

    BacklogSegment *m_previous = nullptr;
    const ValueType *const m_type;
    std::uint32_t m_count = 0;
    const std::uint16_t m_placeSize; // in bytes
    const std::uint16_t m_firstPlace; // in bytes from the beginning
};

} // namespace SignalBox::detail
