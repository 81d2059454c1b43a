// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/handlerfuture.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/futurewatch_p.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/routes/route.h>
#include <SignalBox/qt/routes/sequence_p.h>
#include <SignalBox/qt/routes/walk.h>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

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
        for (Completion *completion : m_completions)
            completion->dropReference();
        m_route.dropOwner();
    }

    // The deliveries that end with it. Before others have it.
    void setCompletions(std::vector<Completion *> &&completions) noexcept
    {
        m_completions = std::move(completions);
        for (Completion *completion : m_completions)
            completion->addReference();
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
        for (Completion *completion : m_completions)
            completion->end(hasFailed ? Completion::Ending::Threw : Completion::Ending::Returned, m_route.handler().id());
    }

    void report(const std::exception_ptr &exception) noexcept
    {
        try {
            if (m_route.link().areStatisticsEnabled()) {
                m_route.statistics().countFailure(exception);
                m_route.link().statisticsHaveChanged();
            }
            const HandlerReference &handler = m_route.handler();
            const HandlerInfo info = handler.info();
            m_route.link().report(ExceptionInfo(info.id, info.name, exception, info.registeredAt, handler.scriptPlace()));
        } catch (...) {
            // Without memory the failure is counted, but not reported.
        }
    }

    const WatchedFuture m_future;
    Route &m_route;
    std::vector<Completion *> m_completions;
};

// The deliveries that end with the future, begun; as far as they are counted. False: it is not waited for.
bool beginDeliveries(const Notification &notification, std::vector<Completion *> &completions)
{
    const auto add = [&](Completion *completion) {
        if (completion)
            completions.push_back(completion);
    };
    completions.reserve(1); // before anything is counted
    switch (notification.kind()) {
    case Notification::Kind::Walk: {
        const Walk &walk = static_cast<const Walk &>(notification);
        Completion *const completion = walk.expectDelivery();
        if (!completion)
            return true;
        if (!completion->begin())
            return false;
        walk.countAwaited();
        add(completion);
        return true;
    }
    case Notification::Kind::SequentialWalk:
        add(static_cast<const SequentialWalk &>(notification).awaitHandler());
        return true;
    case Notification::Kind::Batch: {
        const Batch &batch = static_cast<const Batch &>(notification);
        for (std::size_t i = 0; batch.isCounted() && i < batch.size(); ++i)
            add(batch.items()[i].completion());
        return true;
    }
    default:
        add(notification.event().completion());
        return true;
    }
}

} // namespace

void awaitUnfinished(WatchedFuture future, const Notification &notification, RouteBase &base)
{
    auto &route = static_cast<Route &>(base);
    const auto awaited = std::make_shared<Awaited>(future, route);
    std::vector<Completion *> completions;
    if (!beginDeliveries(notification, completions))
        return;
    notification.isAwaited = true;
    awaited->setCompletions(std::move(completions));
    FutureWatch::keep(awaited, std::move(future), FutureWatch::Until::Finished);
}

} // namespace SignalBox::detail
