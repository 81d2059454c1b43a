// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/qt/delivery/deadlines_p.h>

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

#include <atomic>
#include <cstdint>
#include <mutex>

namespace SignalBox::detail {

/*!
    Counts the deliveries of one event as called, failed or dropped, and finishes a future with the sums after the last one.

    Each delivery is expected() once; then it is begun() and ended(), or dropped(). When the deadline has passed, or the
    future was cancelled, those not begun count as dropped, and begin() refuses them.

    Reference-counted: by its event, its deadline, and the handlers' own futures that are waited for. Thread-safe; the mutex is never
    held while foreign code runs, and finishing a future is foreign code.
*/
class Completion
{
public:
    enum class Ending { Returned, Threw, Stopped };

    Completion();
    Q_DISABLE_COPY_MOVE(Completion)

    void addReference() noexcept { m_references.fetch_add(1, std::memory_order_relaxed); }
    void dropReference() noexcept
    {
        // Acquire and release: all others' uses before the deletion.
        if (m_references.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    /*! Without memory for its result, it is cancelled when all have ended. */
    QFuture<DispatchReport> future() const { return m_promise.future(); }

    /*! Counts deliveries that are on their way. On the notifying thread. */
    void expect(std::uint32_t count = 1) noexcept;
    /*! Whether the delivery is to run. False: it has been counted. */
    bool begin() noexcept;
    void end(Ending ending, HandlerId handler) noexcept;
    /*! Ends a delivery that has begun, and counts it as dropped: the handler was not called after all. */
    void revoke() noexcept;
    void drop(std::uint32_t count = 1) noexcept;
    /*! Takes back deliveries that were expected and are no longer wanted. They count as nothing. */
    void forgo(std::uint32_t count) noexcept;
    /*! The walk that expected the deliveries is over; \a report: of what it called itself. */
    void endWalk(const DispatchReport &report) noexcept;
    /*! It expires at a \a time of the DeliveryClock, unless it is done before. Called while the walk is under way. If memory runs out, it expires at once. */
    void expireAt(std::int64_t time) noexcept;

protected:
    virtual ~Completion();

    // Whether it has expired or was cancelled. Deliveries that have not begun will not begin then.
    bool isOver() noexcept;
    // A delivery has been ended, dropped or refused. Without the mutex; the caller holds a reference.
    virtual void deliveryEnded(bool isStopped) noexcept { Q_UNUSED(isStopped) }

private:
    class Expiry;

    // The deadline has passed.
    void expire() noexcept;
    void finishIfDone(std::unique_lock<std::mutex> lock) noexcept;

    std::atomic<int> m_references = 1;
    std::mutex m_mutex; // guards all that follows
    DispatchReport m_report;
    std::uint32_t m_waiting = 0;
    std::uint32_t m_running = 1; // the walk itself
    bool m_isExpired = false;
    bool m_isFinished = false;
    Deadlines::Key m_deadline;
    QPromise<DispatchReport> m_promise;
};

} // namespace SignalBox::detail
