// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/loopwatch_p.h>
#include <SignalBox/qt/observing/tracer_p.h>
#include <SignalBox/qt/routes/runningcall.h>

#include <new>
#include <optional>

// The part of Route that calls the handler, and counts the calls.

namespace SignalBox::detail {

// A call inside of a post, on the thread of the handler. Drains do not know of it. So a handler of Nested::Wait holds a reservation, which
// keeps other calls away, also after its context has moved.
class Route::InlineCall
{
public:
    explicit InlineCall(Route &route) noexcept : m_route(route), m_running(route)
    {
        if (!m_route.waitsForItsCalls())
            return;
        m_isReserved = m_route.reserve() != nullptr;
        if (!m_isReserved)
            m_route.refuse();
        m_route.m_visits.isBusy = true;
    }
    ~InlineCall()
    {
        if (!m_route.waitsForItsCalls())
            return;
        m_route.m_visits.isBusy = false;
        if (!m_route.m_inbox->isEmpty())
            m_route.queueVisit();
        if (m_isReserved)
            m_route.release(1);
    }
    Q_DISABLE_COPY_MOVE(InlineCall)

private:
    Route &m_route;
    const RunningCall m_running;
    bool m_isReserved = false;
};

void Route::callHandler(const Event &event, HandlerCalls &calls) noexcept
{
    Completion *const completion = event.completion();
    if (completion && !completion->begin()) {
        refuseClaim();
        m_statistics.countDropped(1);
        return;
    }
    const Notification notification(Notification::Kind::Delivery, &event);
    const RunningCall running(*this);
    const Outcome outcome = calls.call(m_handler, &notification);
    const bool isCalled = outcome != Outcome::NotCalled && !notification.isRefused;
    if (!isCalled) {
        refuseClaim();
        m_statistics.countDropped(1);
    }
    if (!completion || notification.isAwaited)
        return;
    if (!isCalled)
        completion->revoke();
    else
        completion->end(outcome == Outcome::Failed     ? Completion::Ending::Threw
                            : outcome == Outcome::Stop ? Completion::Ending::Stopped
                                                       : Completion::Ending::Returned,
                        m_handler.id());
}

void Route::takeTurn(const Event &event) noexcept
{
    const Step step(&event);
    const Outcome outcome = m_handler.call(&step);
    if (step.way == Step::Way::Inline) {
        HandlerCalls calls;
        std::optional<InlineCall> call;
        if (m_mailbox)
            call.emplace(*this);
        callHandler(event, calls);
    } else if (outcome == Outcome::Failed) { // it has no key
        refuseClaim();
        Completion *const completion = event.completion();
        if (completion && completion->begin())
            completion->end(Completion::Ending::Threw, m_handler.id());
    } else if (step.way == Step::Way::Refused) {
        dropEvent(event);
    }
}

// --- what it counts ------------------------------------------------------------------------------

Propagation Route::callObserved(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                                const Notification &notification)
{
    const bool isWalk = notification.kind() == Notification::Kind::Walk;
    if (isWalk && m_mailbox && !m_inbox && !isObserved()) [[likely]] { // as below, at once
        const RunningCall running(*this);
        return function(handler, notification, *this);
    }
    return callUnusually(function, handler, notification);
}

// Not inlined, so that other calls do not make room for it.
[[gnu::noinline]] Propagation Route::callUnusually(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                                                   const Notification &notification)
{
    std::optional<InlineCall> call;
    const bool isDelivery = notification.kind() == Notification::Kind::Delivery || notification.kind() == Notification::Kind::Batch;
    if (m_mailbox && !isDelivery)
        call.emplace(*this);
    return isObserved() ? countedCall(function, handler, notification) : function(handler, notification, *this);
}

Propagation Route::countedCall(Propagation (*function)(void *, const Notification &, RouteBase &), void *handler,
                               const Notification &notification)
{
    const TraceName trace = m_link->isTraced() ? m_trace.name(m_handler, *m_link) : 0;
    const auto begin = std::chrono::steady_clock::now();
    TraceSlice slice(trace, begin);
    if (trace)
        m_trace.arrive(notification, begin);
    const auto finish = [&](const std::exception_ptr &exception) {
        const auto end = std::chrono::steady_clock::now();
        slice.end(end);
        countCall(begin, end, exception);
    };
    try {
        const Propagation result = function(handler, notification, *this);
        finish(nullptr);
        return result;
    } catch (...) {
        finish(std::current_exception());
        throw;
    }
}

void Route::countCall(std::chrono::steady_clock::time_point begin, std::chrono::steady_clock::time_point end,
                      const std::exception_ptr &exception) noexcept
{
    const std::chrono::nanoseconds time = end - begin;
    if (m_link->areStatisticsEnabled()) {
        if (exception)
            m_statistics.countFailure(exception);
        m_statistics.countCall(time);
        m_link->statisticsHaveChanged();
    }
    const std::chrono::nanoseconds budget = m_link->slowHandlerBudget();
    LoopWatch *const loop = LoopWatch::ofThread();
    try {
        if (budget.count() > 0 && time > budget)
            logSlowHandler(m_handler, time, budget);
        if (loop && loop->isWorthNoting(begin, end))
            note(*loop, begin, end);
    } catch (const std::bad_alloc &) {
        // A warning less, or a name.
    }
}

void Route::note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
                 std::chrono::steady_clock::time_point end) const
{
    const HandlerDescription description(m_handler);
    loop.note(begin, end, {m_handler.id(), description, m_link->name()},
              [weak = m_link->weak_from_this()](const StallInfo &stall) {
                  if (const std::shared_ptr<RegistryLink> link = weak.lock())
                      link->tellStall(stall);
              });
}

} // namespace SignalBox::detail
