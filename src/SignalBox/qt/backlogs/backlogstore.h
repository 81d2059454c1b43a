// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlog.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/queueentry.h>

#include <cstdint>
#include <memory>

namespace SignalBox::detail {

class Batch;

/*!
    What is kept for one handler. Any number of producers. What is named the consumer's is for one thread at a time, which holds the
    mutex of the Inbox.
*/
class BacklogStore
{
public:
    /*! For all() without values, newest() and oldest(). Throws std::bad_alloc. */
    static std::unique_ptr<BacklogStore> make(const Backlog &backlog);

    virtual ~BacklogStore() = default;
    BacklogStore(const BacklogStore &) = delete;
    BacklogStore &operator=(const BacklogStore &) = delete;

    /*! The producer calls the consumer afterwards (WakeUp). Returns the item that was dropped, which may be \a item itself; or null. Throws std::bad_alloc, and has
        then changed nothing. */
    virtual QueueEntry *push(QueueEntry *item) = 0;
    virtual bool keepsValues() const noexcept { return false; }
    /*! Moves a value in, which its handler alone gets. False: it keeps no values. Otherwise as push(). */
    virtual bool pushValue(void *) { return false; }

    /*! Any thread: nothing waits, or the consumer comes anyway. */
    virtual bool isEmpty() const noexcept = 0;
    /*! Any thread: how many items and values wait. Late while others push and take. */
    virtual std::uint64_t count() const noexcept = 0;

    // --- the consumer's --------------------------------------------------------------------------

    /*! The oldest item, or null: there is none, or its producer has not finished. Not of a store with values. */
    virtual QueueEntry *take() noexcept = 0;
    /*! Takes what waits now, oldest first, and not what comes meanwhile: in a flood that would have no end. Takes nothing if a producer has
        not finished, or if there is no memory. */
    virtual void takeAll(Batch &batch) noexcept = 0;
    /*! Takes items and segments, and waits for producers that have not finished: what waits now, or all, for a consumer that does
        not come again. */
    enum class Extent { Present, Everything };
    virtual void takeRest(EntryList &taken, Extent extent) noexcept = 0;
    /*! Takes back the segments of a batch, whose events are not needed any more. Without the mutex. */
    virtual void giveBack(EntryList &&) noexcept {}

protected:
    BacklogStore() = default;
};

} // namespace SignalBox::detail
