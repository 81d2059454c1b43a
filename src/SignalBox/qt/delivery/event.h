// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qobject.h>
#include <QtCore/qvariant.h>

#include <atomic>
#include <concepts>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

class Completion;

/*!
    Data that another layer keeps with an event, as long as the event lives: its JavaScript value, for example. It is destroyed with the
    event, on any thread.
*/
class SIGNALBOX_QT_EXPORT EventAttachment
{
public:
    explicit EventAttachment(const void *key) noexcept : m_key(key) {}
    virtual ~EventAttachment();
    Q_DISABLE_COPY_MOVE(EventAttachment)

protected:
    /*! Its event is gone: deletes it, or keeps it for another event. */
    virtual void letGo() noexcept;

private:
    friend class Event;
    const void *const m_key;
    EventAttachment *m_next = nullptr;
};

/*!
    One event, stored once and shared by all its deliveries, which only read it. Reference-counted; in one block of
    EventMemory with the queue entry in front of it and, where wanted, its extras in front of that:

        [ EventExtras ] QueueEntry  Event  value

    An int takes 32 bytes.

    Attachments form a list that only grows, newest first. Each thread looks for its own key, so a key is
    attached by one thread only and no attachment is ever missed by the thread that made it.
*/
class SIGNALBOX_QT_EXPORT Event : public Payload
{
public:
    /*! What only some events need. */
    enum class Extras {
        No,
        Yes,
        ForObjects, // those whose values may point to QObjects, as far as Qt can tell
    };

    virtual ~Event();
    Q_DISABLE_COPY_MOVE(Event)

    /*! A value and its type; no type if a QVariant cannot hold it. */
    struct Content
    {
        QMetaType type = {};
        const void *value = nullptr;
    };
    /*! The value, where its type is known at run time only. It lives as long as the event. */
    virtual Content content() const = 0;

    /*!
        For an event with extras: makes the value, if the event makes it late, and holds the objects that it points to, which may
        die while it waits. The notifying thread calls this, any number of times, before a handler that takes the value runs or
        is forwarded to.
    */
    virtual void prepareValue() const {}
    /*! True once, for the notifying thread, of an event with extras: it holds its objects from then on. */
    bool takeObjects() const noexcept
    {
        if (!hasExtras() || extras()->areObjectsTaken)
            return false;
        extras()->areObjectsTaken = true; // before any other thread has the event
        return true;
    }
    /*! Whether takeObjects() has been called. For the notifying thread. */
    bool areObjectsTaken() const noexcept { return hasExtras() && extras()->areObjectsTaken; }
    /*! The value, or each value in its map, is no container, gadget or pointer to an object: found out as the objects are taken. */
    void setPlain() const noexcept { extras()->isPlain = true; }
    /*! False, too, if that was never looked at. */
    bool isPlain() const noexcept { return hasExtras() && extras()->isPlain; }

    bool hasExtras() const noexcept { return (m_word.load(std::memory_order_relaxed) & extrasBit) != 0; }

    /*! The newest attachment with this key, or null. Thread-safe. */
    EventAttachment *attachment(const void *key) const noexcept;
    /*! Thread-safe. An event without extras keeps nothing: the attachment is destroyed at once. */
    void attach(std::unique_ptr<EventAttachment> attachment) const noexcept;

    /*! Counts what becomes of the deliveries; null: they are not counted. */
    Completion *completion() const noexcept { return hasExtras() ? extras()->completion : nullptr; }
    /*! Its number in a trace; 0: it has none. */
    std::uint64_t traceNumber() const noexcept { return hasExtras() ? extras()->traceNumber : 0; }
    /*! By the notifying thread, before the event is queued anywhere. For an event with extras. */
    void setTraceNumber(std::uint64_t number) const noexcept { extras()->traceNumber = number; }
    /*! By the notifying thread, before the event is queued anywhere. The event owns the reference it is given. */
    void setCompletion(Completion *completion) const noexcept { extras()->completion = completion; }

    /*! Whether a reference to it keeps a chunk of memory alive, in which other events lie. */
    bool sharesMemory() const noexcept { return m_word.load(std::memory_order_relaxed) >> offsetShift != 0; }

    /*! The entry that lies in front of the event. */
    QueueEntry *entry() const noexcept
    {
        return reinterpret_cast<QueueEntry *>(const_cast<Event *>(this)) - 1;
    }
    static const Event &of(const Payload &payload) noexcept { return static_cast<const Event &>(payload); }

    void addReference() const noexcept final { addReferences(1); }
    void addReferences(std::uint32_t count) const noexcept
    {
        // Relaxed: the caller holds a reference already.
        m_word.fetch_add(count, std::memory_order_relaxed);
    }
    // Called by the only holder, so no other thread counts meanwhile.
    void addFirstReferences(std::uint32_t count) const noexcept
    {
        // Relaxed: what makes the event known to others orders it.
        m_word.store(m_word.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    void dropReference() const noexcept
    {
        if (isLast())
            destroy(nullptr);
    }
    // The same; the memory is freed with that of others.
    void dropReference(FreedBlocks &freed) const noexcept final
    {
        if (isLast())
            destroy(&freed);
    }

protected:
    Event(Extras extras, EventMemory::Offset offset) noexcept
        : m_word(1 | (extras == Extras::Yes ? extrasBit : 0) | (offset << offsetShift))
    {
    }

private:
    template <class E, class Stored>
    friend class EventStorage;

    struct EventExtras
    {
        std::atomic<EventAttachment *> attachments = nullptr;
        Completion *completion = nullptr;
        std::uint64_t traceNumber = 0;
        bool areObjectsTaken = false; // this one and the next: by the notifying thread, before any other has the event
        bool isPlain = false;
    };

    EventExtras *extras() const noexcept { return reinterpret_cast<EventExtras *>(entry()) - 1; }

    bool isLast() const noexcept
    {
        // Acquire, in both: all other holders' uses before the destruction; partner: the release of each that let go.
        // The load spares the sole holder an exclusive access. Weaker: the value dies under a reader.
        return isSole() || (m_word.fetch_sub(1, std::memory_order_acq_rel) & referenceMask) == 1;
    }
    bool isSole() const noexcept { return (m_word.load(std::memory_order_acquire) & referenceMask) == 1; }
    void destroy(FreedBlocks *freed) const noexcept;

    // References: 20 bits, and a registry has fewer than 2^20 - 16 handlers. Extras: 1 bit. Offset: 11 bits.
    static constexpr std::uint32_t referenceMask = (1U << 20) - 1;
    static constexpr std::uint32_t extrasBit = 1U << 20;
    static constexpr int offsetShift = 21;
    static_assert(offsetShift + EventMemory::offsetBits == 32);

    mutable std::atomic<std::uint32_t> m_word;
};

/*! Logs, for a type that no QVariant can hold, that QML handlers get undefined for its events. */
SIGNALBOX_QT_EXPORT void warnOfUnseenType(const char *typeName);

// The value of an event without data.
struct NoEvent
{
};

/*! Whether an event of this type may point to QObjects, which may die while it waits. What a struct points to is its own affair. */
template <class E>
inline constexpr bool mayHoldObjects = (std::is_pointer_v<E> && std::is_convertible_v<E, const QObject *>) || std::is_same_v<E, QVariant>
    || std::is_same_v<E, QVariantMap> || std::is_same_v<E, QVariantList> || std::is_same_v<E, QVariantHash>;

/*! For an event of such a type: see HeldObjects. */
SIGNALBOX_QT_EXPORT void holdObjects(const Event &event);

template <class E>
concept Gadget = !std::is_convertible_v<E *, const QObject *> && requires {
    { E::staticMetaObject } -> std::convertible_to<const QMetaObject &>;
};

/*! Whether properties of the gadget may point to QObjects. */
SIGNALBOX_QT_EXPORT bool hasObjectProperties(const QMetaObject &gadget);

/*! The same, and of a gadget, whether its properties may. Only known at run time. */
template <class E>
bool mayPointToObjects()
{
    if constexpr (Gadget<E> && std::is_default_constructible_v<E> && std::is_copy_constructible_v<E>) {
        static const bool result = hasObjectProperties(E::staticMetaObject);
        return result;
    } else {
        return mayHoldObjects<E>;
    }
}

// The value itself, or, where EventMemory does not align it, a pointer to it.
template <class E, bool isAligned = (alignof(E) <= EventMemory::alignment)>
class EventValue
{
public:
    explicit EventValue(E &&event) : m_value(std::move(event)) {}
    E &value() noexcept { return m_value; }

private:
    E m_value;
};

template <class E>
class EventValue<E, false>
{
public:
    explicit EventValue(E &&event) : m_value(std::make_unique<E>(std::move(event))) {}
    E &value() noexcept { return *m_value; }

private:
    const std::unique_ptr<E> m_value;
};

template <class E>
class StoredEvent : public Event
{
public:
    StoredEvent(E &&event, Extras extras, EventMemory::Offset offset) : Event(extras, offset), m_value(std::move(event)) {}

    const E &value() const noexcept { return m_value.value(); }
    /*! For a caller that alone has the event. */
    E &ownValue() const noexcept { return m_value.value(); }

    Content content() const override
    {
        if constexpr (std::is_same_v<E, NoEvent>) {
            return {};
        } else if constexpr (std::is_default_constructible_v<E> && std::is_copy_constructible_v<E>) {
            return {QMetaType::fromType<E>(), std::addressof(value())};
        } else {
            // Not as a static is initialised: what the program does with the message may come back to here.
            static std::atomic<bool> isTold = false;
            if (!isTold.exchange(true))
                warnOfUnseenType(QMetaType::fromType<E>().name());
            return {};
        }
    }

    void prepareValue() const override
    {
        if (mayPointToObjects<E>())
            holdObjects(*this);
    }

protected:
    // For an event that makes its value late.
    void setValue(E &&event) const { m_value.value() = std::move(event); }

private:
    mutable EventValue<E> m_value;
};

/*! Owns a reference. */
class EventPointer
{
public:
    EventPointer() noexcept = default;
    explicit EventPointer(const Event *adopted) noexcept : m_event(adopted) {}
    EventPointer(EventPointer &&other) noexcept : m_event(std::exchange(other.m_event, nullptr)) {}
    EventPointer(const EventPointer &) = delete;
    EventPointer &operator=(EventPointer &&other) noexcept
    {
        std::swap(m_event, other.m_event);
        return *this;
    }
    ~EventPointer()
    {
        if (m_event)
            m_event->dropReference();
    }

    explicit operator bool() const noexcept { return m_event != nullptr; }
    const Event &operator*() const noexcept { return *m_event; }
    const Event *operator->() const noexcept { return m_event; }
    const Event *get() const noexcept { return m_event; }
    const Event *release() noexcept { return std::exchange(m_event, nullptr); }

private:
    const Event *m_event = nullptr;
};

template <class E, class Stored = StoredEvent<E>>
class EventStorage
{
public:
    /*! Throws std::bad_alloc and what moving the value throws. */
    static EventPointer create(E &&event, Event::Extras extras)
    {
        static_assert(alignof(Stored) <= EventMemory::alignment);
        const std::size_t front = sizeof(QueueEntry) + (extras == Event::Extras::Yes ? sizeof(Event::EventExtras) : 0);
        const EventMemory::Block block = EventMemory::allocate(front + sizeof(Stored));
        auto *place = static_cast<std::byte *>(block.memory);
        if (extras == Event::Extras::Yes)
            ::new (place) Event::EventExtras;
        ::new (place + front - sizeof(QueueEntry)) QueueEntry;
        try {
            return EventPointer(::new (place + front) Stored(std::move(event), extras, block.offset));
        } catch (...) {
            EventMemory::deallocate(block.memory, block.offset);
            throw;
        }
    }
};

/*! Makes an event of a value, which is moved away. Throws std::bad_alloc and what moving the value throws. */
using EventMaker = EventPointer (*)(void *value, Event::Extras extras);

/*! The EventMaker of values of type E. */
template <class E>
EventPointer eventOf(void *value, Event::Extras extras)
{
    if (extras == Event::Extras::ForObjects)
        extras = mayPointToObjects<E>() ? Event::Extras::Yes : Event::Extras::No;
    return EventStorage<E>::create(std::move(*static_cast<E *>(value)), extras);
}

} // namespace SignalBox::detail
