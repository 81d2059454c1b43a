// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/qt/asynchandlerinfo.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qfuture.h>
#include <QtCore/qglobal.h>

#include <array>
#include <cstdint>
#include <vector>

namespace SignalBox::detail {

class Completion;
class Mailbox;
class Receiver;
struct QueueEntry;
struct ReceiverList;

/*! The future of a notify that has nothing to wait for. */
SIGNALBOX_QT_EXPORT QFuture<DispatchReport> finishedFuture(const DispatchReport &report);

/*!
    What the handlers of a registry's SyncRegistry are called with.

    A walk calls them all, in priority order: each runs or forwards itself. A delivery has arrived on its target thread
    and calls that handler alone, through the same core: so whether it is still registered and enabled, who waits for
    it, and what its exceptions do, is decided in one place.
*/
class SIGNALBOX_QT_EXPORT Notification
{
public:
    enum class Kind : unsigned char {
        Walk, // run, or forward yourself
        Delivery, // run: you are where you wanted to be
        Batch, // the same, with several events: a Batch
        SequentialWalk, // run, or put yourself into the list of steps
        Step, // forward yourself, or say that you run here
        Inspection, // describe yourself
        SourceEnd, // no event comes any more: unregister yourself after those that wait
        ValueOffer, // you are the only one: keep the value, if you can
    };

    /*! Null: there is no event. */
    Notification(Kind kind, const Event *event) noexcept : m_event(event), m_kind(kind) {}
    Q_DISABLE_COPY_MOVE(Notification)

    Kind kind() const noexcept { return m_kind; }
    const Event &event() const noexcept { return *m_event; }

    // What became of a delivery, told by the handler.
    mutable bool isRefused = false; // it did not want it
    mutable bool isAwaited = false; // it ends later

protected:
    const Event *m_event;

private:
    const Kind m_kind;
};

/*!
    One walk over a registry's handlers. Lives on the stack of the notifying thread.

    Handlers that follow each other on one target thread share one queue entry. What has been collected is queued before
    an inline handler runs, and at the end.
*/
class SIGNALBOX_QT_EXPORT Walk final : public Notification
{
public:
    /*! Whether the caller wants a report: then, from the first delivery on, there is a Completion. */
    enum class Report { No, Yes };

    Walk(EventPointer event, Report report) noexcept;
    ~Walk();

    // --- called by a handler that is delivered to elsewhere; all but countLost() throw std::bad_alloc --------------

    /*! Comes first. */
    void expectForwarded() const
    {
        ++m_forwarded;
        expectDelivery();
    }
    /*! Has the event queued in \a mailbox, with the receiver's reservation. */
    void queue(Mailbox &mailbox, Receiver &receiver) const;
    /*! An entry for a backlog: the event's own, if nobody else uses it. */
    QueueEntry *takeEntry() const;
    /*! A separate entry for one receiver. */
    QueueEntry *makeEntry(Receiver &receiver) const;
    /*! Nothing was queued. */
    void countLost() const noexcept;

    // ---------------------------------------------------------------------------------------------

    /*! Queues what has been collected: an inline handler is about to run. */
    void flush() const noexcept
    {
        if (m_batchCount != 0)
            flushBatches();
    }
    /*! A handler was neither called nor forwarded to. */
    void countSkipped() const noexcept { ++m_skipped; }
    /*! A handler that was called inline ends later: the completion counts it. */
    void countAwaited() const noexcept { ++m_skipped; }
    /*! Null if no report is wanted. Throws std::bad_alloc. */
    Completion *expectDelivery() const { return m_wantsReport ? expectReported() : nullptr; }

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

/*!
    One handler's turn in a sequential notify. Its delivery is counted now, inside of the core's call, and not when the
    sequence began: what waits for its turn must not look like something older that waits for the handler, and a handler
    that is gone counts nothing any more.
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

/*! A value that need not become an event, as nobody shares it. Its type is the registry's. */
class ValueOffer final : public Notification
{
public:
    explicit ValueOffer(void *value) noexcept : Notification(Kind::ValueOffer, nullptr), m_value(value) {}
    void *value() const noexcept { return m_value; }
    mutable bool isTaken = false; // the value has been moved away

private:
    void *const m_value;
};

/*! Asks every handler what it is and how it does. */
class Inspection final : public Notification
{
public:
    Inspection() noexcept : Notification(Kind::Inspection, nullptr) {}
    mutable std::vector<AsyncHandlerInfo> rows;
    mutable bool isIncomplete = false; // there was no memory for one of them
};

} // namespace SignalBox::detail
