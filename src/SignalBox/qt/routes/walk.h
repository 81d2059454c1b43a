// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/backlogs/notification.h>

#include <QtCore/qfuture.h>

#include <array>
#include <cstdint>

namespace SignalBox::detail {

class Completion;
class Mailbox;
class Receiver;
struct QueueEntry;
struct ReceiverList;

/*!
    One walk over a registry's handlers. Lives on the stack of the notifying thread.

    Handlers that follow each other on one target thread share one queue entry. What has been collected is queued before
    an inline handler runs, and at the end.
*/
class Walk final : public Notification
{
public:
    /*! Whether the caller wants a report: then, from the first delivery on, there is a Completion. */
    enum class Report { No, Yes };

    Walk(EventPointer &&event, Report report) noexcept
        : Notification(Kind::Walk, event.release()), m_wantsReport(report == Report::Yes)
    {
    }
    ~Walk();

    // --- called by a handler that is delivered to elsewhere; all but keepEvent() and countLost() throw std::bad_alloc --------------

    /*! Called before the others. */
    void expectForwarded() const
    {
        ++m_forwarded;
        expectDelivery();
    }
    /*! Has the event queued in \a mailbox, with the receiver's reservation. */
    void queue(Mailbox &mailbox, Receiver &receiver) const;
    /*! An entry for a backlog: the event's own, if no other handler uses it. */
    QueueEntry *takeEntry() const;
    /*! A separate entry for one receiver. */
    QueueEntry *makeEntry(Receiver &receiver) const;
    /*! A reference to the event, for a handler that runs in the walk and needs it longer. */
    void keepEvent() const noexcept { share(1); }
    /*! Counts a delivery that was lost, as nothing was queued. */
    void countLost() const noexcept;

    // ---------------------------------------------------------------------------------------------

    /*! Queues what has been collected: an inline handler is about to run. */
    void flush() const noexcept
    {
        if (m_batchCount != 0)
            flushBatches();
    }
    /*! Counts a handler that was neither called nor forwarded to. */
    void countSkipped() const noexcept { ++m_skipped; }
    /*! A handler that was called inline ends later: the completion counts it. */
    void countAwaited() const noexcept { ++m_skipped; }
    bool wantsReport() const noexcept { return m_wantsReport; }
    /*! Null if no report is wanted. Throws std::bad_alloc. */
    Completion *expectDelivery() const { return m_wantsReport ? expectReported() : nullptr; }

    /*! Whether handlers end later. */
    bool hasCompletion() const noexcept { return m_completion != nullptr; }

    /*! Ends the walk. \a report: the core's, which counts those forwarded as called. */
    DispatchReport finish(DispatchReport report) noexcept;
    /*! The same; the future finishes with the last delivery. */
    QFuture<DispatchReport> finishLater(const DispatchReport &report, std::int64_t deadline);

private:
    struct Batch
    {
        Mailbox *mailbox;
        Receiver *first;
        ReceiverList *others; // with the first; null if there is none
    };

    void share(std::uint32_t count) const noexcept;
    Completion *expectReported() const;
    static void add(Batch &batch, Receiver &receiver);
    void flushBatches() const noexcept;
    // Each entry takes over a reference to the event.
    void queueBatches() const noexcept;
    void queueBatch(const Batch &batch) const noexcept;
    void dropBatch(const Batch &batch) const noexcept;

    mutable Completion *m_completion = nullptr;
    mutable std::array<Batch, 4> m_batches;
    mutable std::uint32_t m_batchCount = 0;
    mutable std::uint32_t m_forwarded = 0;
    mutable std::uint32_t m_skipped = 0;
    mutable std::uint32_t m_lost = 0; // there was no memory to expect them
    mutable bool m_isEntryUsed = false; // the one in front of the event
    mutable bool m_isShared = false; // the walk is not the only one that holds the event
    const bool m_wantsReport;
};

} // namespace SignalBox::detail
