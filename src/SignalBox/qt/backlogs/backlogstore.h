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
    Keeps the items of one handler. Any number of threads may push. The functions of the consumer are for one thread at a time, which holds
    the mutex of the Inbox.
*/
class BacklogStore
{
public:
    /*! Makes the store for all() without values, newest() or oldest(). Throws std::bad_alloc. */
    static std::unique_ptr<BacklogStore> make(const Backlog &backlog);

    virtual ~BacklogStore() = default;
    BacklogStore(const BacklogStore &) = delete;
    BacklogStore &operator=(const BacklogStore &) = delete;

    /*! Adds an item. The producer calls the consumer afterwards (WakeUp). Returns the item that was dropped, which may be \a item itself, or null. If it throws
        std::bad_alloc, nothing has changed. */
    virtual QueueEntry *push(QueueEntry *item) = 0;
    virtual bool keepsValues() const noexcept { return false; }
    /*! Moves in a value that is for this handler only. False: this store keeps no values. Otherwise as push(). */
    virtual bool pushValue(void *) { return false; }

    /*! Whether nothing waits, or the consumer comes anyway. On any thread. */
    virtual bool isEmpty() const noexcept = 0;
    /*! The number of items and values that wait. On any thread; out of date while other threads push and take. */
    virtual std::uint64_t count() const noexcept = 0;

    // --- for the consumer ------------------------------------------------------------------------

    /*! Takes the oldest item. Null: there is none, or its producer has not finished. Not for a store with values. */
    virtual QueueEntry *take() noexcept = 0;
    /*! Takes what waits when the call begins, oldest first. What comes later stays, or the call would not end in a flood. Takes nothing if a producer
        has not finished, or if there is no memory. */
    virtual void takeAll(Batch &batch) noexcept = 0;
    /*! Takes items and segments: those that wait when the call begins, or, for a consumer that does not come again, all. Waits for producers that
        have not finished. */
    enum class Extent { Present, Everything };
    virtual void takeRest(EntryList &taken, Extent extent) noexcept = 0;
    /*! Takes back the segments of a batch whose events are no longer needed. Does not need the mutex. */
    virtual void giveBack(EntryList &&) noexcept {}

protected:
    BacklogStore() = default;
};

} // namespace SignalBox::detail
