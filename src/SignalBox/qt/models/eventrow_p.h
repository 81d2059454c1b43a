// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/heldobjects.h>
#include <SignalBox/qt/delivery/prefetch_p.h>

#include <QtCore/qglobal.h>
#include <QtCore/qvariant.h>

#include <memory>

namespace SignalBox::detail {

/*! The value of an event; of one that is a QVariant, what that holds. */
Event::Content innermostContent(Event::Content content);

/*!
    The event of one row of a model: the shared event itself, or a copy. Objects that the event points to may die.
*/
class EventRow
{
public:
    EventRow() noexcept = default;
    EventRow(EventRow &&) noexcept = default;
    EventRow &operator=(EventRow &&) noexcept = default;
    explicit EventRow(EventPointer event) noexcept : m_event(std::move(event)) {}
    /*! A value, and the objects that it points to, or null. */
    explicit EventRow(QVariant value, std::shared_ptr<const HeldObjects> held = nullptr)
        : m_copied(new Copy(std::move(value), std::move(held)))
    {
    }

    /*! The value; of an event that is a QVariant, what that holds. Pointers to objects that have died are null. It is valid until the
        next call. */
    Event::Content content() const;
    /*! Whether there is an event. */
    bool isValid() const noexcept { return m_event || m_copied; }
    /*! Null after detach() has made a copy. */
    const Event *event() const noexcept { return m_event.get(); }

    void prefetch() const noexcept
    {
        if (m_copied) { // it may lie on two lines of the cache
            detail::prefetch(m_copied.get());
            detail::prefetch(&m_copied->content.value);
        } else {
            detail::prefetch(m_event.get());
        }
    }

    /*! After prefetch(). */
    void prefetchValue() const noexcept
    {
        if (m_copied)
            detail::prefetch(m_copied->content.value);
    }

    /*! Copies a small event that shares its memory with others: a row that stays would keep all of that alive, as it does if copying throws. */
    void detach() noexcept;

private:
    const HeldObjects *heldObjects() const noexcept;

    EventPointer m_event;
    // In its place, or without the objects that have died. Most rows without a key have none.
    struct Copy
    {
        explicit Copy(QVariant &&itsValue, std::shared_ptr<const HeldObjects> &&itsHeld);
        Q_DISABLE_COPY_MOVE(Copy)
        void setValue(QVariant &&other);

        QVariant value;
        std::shared_ptr<const HeldObjects> held; // of the event that was copied
        Event::Content content;                  // of the value, innermost: where it is, without a look at the variant
    };
    mutable std::unique_ptr<Copy> m_copied;
};

} // namespace SignalBox::detail
