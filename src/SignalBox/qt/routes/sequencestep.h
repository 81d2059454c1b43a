// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/backlogs/notification.h>

namespace SignalBox::detail {

/*! A handler as one step of a sequential notify, from the walk to its turn. An owner keeps it. */
class SequenceStep
{
public:
    SequenceStep(const SequenceStep &) = delete;
    SequenceStep &operator=(const SequenceStep &) = delete;

    /*! Calls the handler now, or sends it the event, or drops that. */
    virtual void takeTurn(const Event &event) noexcept = 0;
    /*! The turn will not come, and counts as nothing. */
    virtual void forgoTurn() noexcept = 0;
    /*! The turn will not come, and counts as a lost event. */
    virtual void loseTurn() noexcept = 0;

    virtual void addOwner() noexcept = 0;
    virtual void dropOwner() noexcept = 0;

protected:
    SequenceStep() = default;
    ~SequenceStep() = default;
};

/*!
    One handler's turn in a sequential notify. The delivery is counted now, inside of the core's call, and not when the sequence began. Until
    then, it must not look like an older event that waits for the handler; and a handler that has been unregistered counts nothing.
*/
class Step final : public Notification
{
public:
    enum class Way { Forwarded, Inline, Refused };

    explicit Step(const Event *event) noexcept : Notification(Kind::Step, event) {}
    EventPointer shareEvent() const noexcept
    {
        m_event->addReference();
        return EventPointer(m_event);
    }
    mutable Way way = Way::Refused;
};

} // namespace SignalBox::detail
