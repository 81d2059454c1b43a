// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlog.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/queueentry.h>

#include <cstdint>
#include <memory>

namespace SignalBox::detail {

class Batch;

/*!
    What waits for one handler that has a store of its own, because of its backlog or because it takes batches. Any number of
    producers, one consumer. The owner of what was pushed and did not fit is told of it.
*/
class BacklogStore
{
public:
    /*! The one that \a backlog asks for, which has a capacity. Throws std::bad_alloc. */
    static std::unique_ptr<BacklogStore> make(const Backlog &backlog);

    virtual ~BacklogStore() = default;
    BacklogStore(const BacklogStore &) = delete;
    BacklogStore &operator=(const BacklogStore &) = delete;

    /*! Waits for nobody. The producer calls the consumer afterwards (WakeUp). Returns what had to go, \a item perhaps, or null. Throws
        std::bad_alloc, and has then changed nothing. */
    virtual QueueEntry *push(QueueEntry *item) = 0;
    virtual bool keepsValues() const noexcept { return false; }
    /*! Moves a value in, which its handler alone gets. False: it keeps no values. Otherwise as push(). */
    virtual bool pushValue(void *) { return false; }

    /*! Any thread: nothing waits, or the consumer comes anyway. */
    virtual bool isUntouched() const noexcept = 0;

    /*! Any thread: how many items and values wait. Late while others push and take. */
    virtual std::uint64_t count() const noexcept = 0;

    // --- consumer only ---------------------------------------------------------------------------

    /*! The oldest item, or null: there is none, or its producer is not done yet. Not of a store with segments, from which all is
        taken. \a lost gets what had to go. */
    virtual QueueEntry *take(EntryList &) noexcept { return nullptr; }
    /*! Takes what waits now, oldest first, and not what comes meanwhile: in a flood that would have no end. Nothing, if a producer is
        not done yet, or there is no memory. */
    virtual void takeAll(Batch &batch, EntryList &lost) noexcept = 0;
    /*! For the consumer that does not come again: takes all, items and segments, and waits for producers that are not done. */
    virtual void takeRest(EntryList &taken) noexcept;
    /*! The segments of a batch: nobody needs what lies in them any more. */
    virtual void giveBack(EntryList &&) noexcept {}
    virtual bool isEmpty() const noexcept = 0;
    /*! take() or takeAll() gave nothing, and the producer in the way does not call: the consumer has to come again. */
    virtual bool mustLookAgain() const noexcept { return false; }

protected:
    BacklogStore() = default;
};

} // namespace SignalBox::detail
