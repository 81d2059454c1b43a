// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/handlerfuture.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/futurewatch_p.h>
#include <SignalBox/qt/handlers/route.h>
#include <SignalBox/qt/handlers/sequence_p.h>

#include <exception>
#include <memory>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler's future, from the handler's return to its end.
class Awaited
{
public:
    Awaited(WatchedFuture future, Route &route) : m_future(std::move(future)), m_route(route) { m_route.addOwner(); }
    Q_DISABLE_COPY_MOVE(Awaited)
    ~Awaited()
    {
        end();
        if (m_completion)
            m_completion->dropReference();
        m_route.dropOwner();
    }

    // The delivery that ends with it, or null. Before others have it.
    void setCompletion(Completion *completion) noexcept
    {
        m_completion = completion;
        if (m_completion)
            m_completion->addReference();
    }

private:
    void end() noexcept
    {
        bool hasFailed = false;
        QFuture<void> future = m_future.future();
        SanitizerOrder::acquire(future); // the future's result
        try {
            if (future.isFinished())
                future.waitForFinished(); // throws what it holds
        } catch (...) {
            hasFailed = true;
            report(std::current_exception());
        }
        if (m_completion)
            m_completion->end(hasFailed ? Completion::Ending::Threw : Completion::Ending::Returned, m_route.handler().id());
    }

    void report(const std::exception_ptr &exception) noexcept
    {
        try {
            if (m_route.link().areStatisticsEnabled()) {
                m_route.statistics().countFailure(exception);
                m_route.link().statisticsHaveChanged();
            }
            const HandlerInfo info = m_route.handler().info();
            m_route.link().report(ExceptionInfo(info.id, info.name, exception));
        } catch (...) {
            // Without memory the failure is counted, but not reported.
        }
    }

    const WatchedFuture m_future;
    Route &m_route;
    Completion *m_completion = nullptr;
};

// The delivery that ends with the future, begun; or null. False: it is not waited for.
bool beginDelivery(const Notification &notification, Completion *&completion)
{
    switch (notification.kind()) {
    case Notification::Kind::Walk: {
        const Walk &walk = static_cast<const Walk &>(notification);
        completion = walk.expectDelivery();
        if (!completion)
            return true;
        if (!completion->begin())
            return false;
        walk.countAwaited();
        return true;
    }
    case Notification::Kind::SequentialWalk:
        completion = static_cast<const SequentialWalk &>(notification).awaitHandler();
        return true;
    default:
        completion = notification.event().completion();
        return true;
    }
}

} // namespace

void awaitUnfinished(WatchedFuture future, const Notification &notification, Route &route)
{
    const auto awaited = std::make_shared<Awaited>(future, route);
    Completion *completion = nullptr;
    if (!beginDelivery(notification, completion))
        return;
    notification.isAwaited = true;
    awaited->setCompletion(completion);
    FutureWatch::keep(awaited, std::move(future), FutureWatch::Until::Finished);
}

} // namespace SignalBox::detail
