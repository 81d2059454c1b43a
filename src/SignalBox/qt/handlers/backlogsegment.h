// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/qt_export.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! What a store needs of a type whose values lie in it. */
struct ValueType
{
    std::size_t size;
    void (*move)(void *place, void *value) noexcept; // makes one in raw memory
    void (*destroy)(void *value) noexcept; // null: there is nothing to do

    /*! Null: its values have to be shared events. */
    template <class E>
    static const ValueType *of() noexcept
    {
        if constexpr (isStorable<E>) {
            static constexpr ValueType type{sizeof(E), &moveValue<E>,
                                            std::is_trivially_destructible_v<E> ? nullptr : &destroyValue<E>};
            return &type;
        } else {
            return nullptr;
        }
    }

    /*! A post whose event cannot be moved changes nothing, so a place must not be claimed before that is known. Events that
        point to objects are held while they wait. Of large ones only a few would fit into a segment. */
    template <class E>
    static constexpr bool isStorable = std::is_nothrow_move_constructible_v<E> && alignof(E) <= EventMemory::alignment && sizeof(E) <= 256
        && !mayHoldObjects<E> && !std::is_same_v<E, NoEvent>;

private:
    template <class E>
    static void moveValue(void *place, void *value) noexcept
    {
        ::new (place) E(std::move(*static_cast<E *>(value)));
    }
    template <class E>
    static void destroyValue(void *value) noexcept
    {
        std::destroy_at(static_cast<E *>(value));
    }
};

/*!
    A page of places in a handler's own store, see SegmentQueue: in each place lies a shared event's entry, or a value that belongs
    to the handler alone. In a list of what was in a backlog, a segment stands for all that is in it, with the kind Several.

        [ BacklogSegment  states, a byte each  places ]

    The states lie apart, as bytes in the places would double what small values take, and each new page costs a page fault.
*/
class SIGNALBOX_QT_EXPORT BacklogSegment : public QueueEntry
{
public:
    enum State : std::uint8_t { Free, Entry, Value };

    static constexpr std::size_t alignment = 4096;

    /*! How many places one has. \a type: of the values; null: there are none. */
    static std::uint32_t capacityFor(const ValueType *type) noexcept;
    /*! One whose places are free. Throws std::bad_alloc. */
    static BacklogSegment *create(const ValueType *type);
    /*! Frees it. The values in it must have been destroyed. */
    void free() noexcept;
    /*! Destroys the values; the entries are not its own. All places are free again. */
    void clear() noexcept;

    static bool is(const QueueEntry &item) noexcept { return item.kind() == Several; }

    std::atomic_ref<std::uint8_t> state(std::uint32_t index) noexcept { return std::atomic_ref(states()[index]); }
    void setPrevious(BacklogSegment *segment) noexcept { m_previous = segment; }
    BacklogSegment *previous() const noexcept { return m_previous; }

    /*! The number of places in use, once it has been taken. */
    std::uint32_t count() const noexcept { return m_count; }
    void setCount(std::uint32_t count) noexcept { m_count = count; }

    void *place(std::uint32_t index) noexcept { return reinterpret_cast<std::byte *>(this) + m_firstPlace + index * m_placeSize; }
    void setEntry(std::uint32_t index, QueueEntry *entry) noexcept { ::new (place(index)) QueueEntry *(entry); }
    /*! Of a place that has been seen published. */
    bool isValue(std::uint32_t index) noexcept { return states()[index] == Value; }
    /*! The same; it has an entry. */
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
