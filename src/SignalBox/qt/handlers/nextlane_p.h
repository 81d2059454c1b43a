// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/handlers/lane.h>

#include <memory>
#include <mutex>

namespace SignalBox::detail {

enum class Arrival;

/*!
    The lane of a handler whose context object has left its thread.

    It begins parked: the context has left one thread and not yet arrived on another one. It opens when both are true:
    the context has arrived, and the lane before is empty, since what that one held is older. Until then its entries
    wait here, behind those that the lane before forwards; then the new mailbox takes them over, in front of what it
    has for anybody. So each producer's events keep their order.

    When it has been left and is empty, it is kept for a later move: a handler has as many of them as have something under
    way at a time. What is late in the life before does no harm in the next one: a producer counts itself and takes that
    back (lanecount.h); an Opening opens the lane only where it is to be opened now.

    Thread-safe. The mutex is for the time of the move only: an open lane is pushed to like any other.
*/
class NextLane final : public Lane
{
public:
    /*!
        Opens a lane whose last obstacle goes away on another thread. Whoever removes an obstacle may not fail: so this is
        made before.
    */
    class Opening final : public Task
    {
    public:
        ~Opening() override;
        void run() noexcept override;
        void drop() noexcept override;

    private:
        friend class NextLane;

        NextLane *m_lane = nullptr; // null: not under way, or done
        Mailbox *m_mailbox = nullptr; // runs this
    };

    explicit NextLane(Route &route) : Lane(route, nullptr), m_opening(std::make_unique<Opening>()) {}

    /*! Nothing is under way in it, and nothing more will be. */
    bool isSpare() const noexcept { return m_count.isSpare(); }
    /*! A spare one becomes as a new one is. Throws std::bad_alloc. */
    void reuse();

    /*! Takes \a entry, which holds a reservation. False: the lane is open; push it to the mailbox. */
    bool park(QueueEntry *entry) noexcept;
    /*! The same from the lane before, which is not empty yet. False: the handler is gone. */
    bool forward(QueueEntry *entry) noexcept;

    /*! The context is on its way again. False: the lane is open already. */
    bool closeTarget() noexcept;
    /*! The context has arrived, or will: the lane opens there with open(). False: the lane is open already. */
    bool setTarget(Mailbox *target, Arrival arrival) noexcept;
    /*! Opens the lane on the thread of \a target, if that is still its target when it gets there. \a opening: null on
        that thread. */
    void open(Mailbox &target, std::unique_ptr<Opening> opening) noexcept;
    /*! The lane before is empty. */
    void predecessorIsEmpty() noexcept;
    /*! The handler is gone: drops what waits, and what is still to come. */
    void abandon() noexcept;

private:
    // On the thread of `current`: if that is the lane's target and nothing is in the way.
    void openOn(Mailbox &current) noexcept;
    // The same where that thread has ended: what waits is dropped by its mailbox, as is what still comes. Whoever calls
    // has that look.
    void openClosed(Mailbox &closed) noexcept;
    void openAt(Mailbox &mailbox, void (Mailbox::*queueEntries)(EntryList &&) noexcept) noexcept;

    std::mutex m_mutex; // guards what follows
    EntryList m_forwarded;
    EntryList m_parked;
    std::unique_ptr<Opening> m_opening; // for the end of the lane before
    Mailbox *m_target = nullptr;
    bool m_isPredecessorEmpty = false;
    bool m_isAbandoned = false;
};

} // namespace SignalBox::detail
