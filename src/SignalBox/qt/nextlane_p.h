// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/detail/lane.h>

#include <mutex>
#include <vector>

namespace SignalBox::detail {

enum class Arrival;

/*!
    The lane of a handler whose context object has left its thread.

    It begins parked: the context has left one thread and not yet arrived on another one. It opens when both are true:
    the context has arrived, and the lane before is empty, since what that one held is older. Until then its entries
    wait here, behind those that the lane before forwards; then the new mailbox takes them over, in front of what it
    has for anybody. So each producer's events keep their order.

    Thread-safe. The mutex is for the time of the move only: an open lane is pushed to like any other.
*/
class NextLane final : public Lane
{
public:
    explicit NextLane(Route &route) noexcept : Lane(route, nullptr) {}

    /*! Takes \a entry, which holds a reservation. False: the lane is open; push it to the mailbox. */
    bool park(QueueEntry *entry);
    /*! From the lane before. */
    void forward(QueueEntry *entry);

    /*! The context is on its way again. False: the lane is open already. */
    bool closeTarget() noexcept;
    /*! The context has arrived, or will: the lane opens there with open(). False: the lane is open already. */
    bool setTarget(Mailbox *target, Arrival arrival) noexcept;
    /*! Opens the lane on the thread of \a target, if that is still its target when it gets there. */
    void open(Mailbox &target) noexcept;
    /*! The lane before is empty. */
    void predecessorIsEmpty() noexcept;
    /*! On the thread of \a current: opens the lane, if that is its target and nothing is in the way. */
    void openOn(Mailbox &current) noexcept;
    /*! The same where that thread has ended: what waits is dropped by its mailbox, as is what still comes. */
    void openClosed(Mailbox &closed) noexcept;
    /*! The handler is gone: drops what waits, and what is still to come. */
    void abandon() noexcept;

private:
    std::mutex m_mutex;
    std::vector<QueueEntry *> m_forwarded;
    std::vector<QueueEntry *> m_parked;
    Mailbox *m_target = nullptr;
    bool m_isPredecessorEmpty = false;
    bool m_isAbandoned = false;
};

} // namespace SignalBox::detail
