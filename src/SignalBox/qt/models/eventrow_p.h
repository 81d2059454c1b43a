// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qvariant.h>

namespace SignalBox::detail {

/*! The value of an event; of one that is a QVariant, what that holds. */
Event::Content innermostContent(Event::Content content);

/*!
    The event of one row of a model: the shared event itself, or a copy.
*/
class EventRow
{
public:
    explicit EventRow(EventPointer event) noexcept : m_event(std::move(event)) {}

    /*! The value; of an event that is a QVariant, what that holds. */
    Event::Content content() const;
    /*! Null after detach() has made a copy. */
    const Event *event() const noexcept { return m_event.get(); }

    /*! Copies a small event that shares its memory with others: a row that stays would keep all of that alive. */
    void detach();

private:
    EventPointer m_event;
    QVariant m_copy; // in its place
};

} // namespace SignalBox::detail
