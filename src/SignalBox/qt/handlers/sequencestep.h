// SPDX-License-Identifier: MIT
#pragma once

namespace SignalBox::detail {

class Event;

/*! A handler as one step of a sequential notify, from the walk to its turn. An owner keeps it. */
class SequenceStep
{
public:
    SequenceStep(const SequenceStep &) = delete;
    SequenceStep &operator=(const SequenceStep &) = delete;

    /*! Calls the handler now, or sends it the event, or drops that. */
    virtual void takeTurn(const Event &event) noexcept = 0;
    /*! The turn does not come, and is not wanted any more. */
    virtual void forgoTurn() noexcept = 0;
    /*! The turn does not come, and counts as a lost event. */
    virtual void loseTurn() noexcept = 0;

    virtual void addOwner() noexcept = 0;
    virtual void dropOwner() noexcept = 0;

protected:
    SequenceStep() = default;
    ~SequenceStep() = default;
};

} // namespace SignalBox::detail
