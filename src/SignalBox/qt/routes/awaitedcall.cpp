// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/awaitedcall.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/delivery/completion_p.h>
#include <SignalBox/qt/routes/route.h>
#include <SignalBox/qt/routes/sequence_p.h>
#include <SignalBox/qt/routes/walk.h>

#include <cstddef>

namespace SignalBox::detail {

namespace {

// The deliveries that end later, begun, each with a reference. False: they have ended.
bool beginDeliveries(const Notification &notification, std::vector<Completion *> &completions)
{
    const auto add = [&](Completion *completion) {
        if (!completion)
            return;
        completions.push_back(completion);
        completion->addReference();
    };
    switch (notification.kind()) {
    case Notification::Kind::Walk: {
        const Walk &walk = static_cast<const Walk &>(notification);
        if (!walk.wantsReport())
            return true;
        completions.reserve(1); // before anything is counted
        Completion *const completion = walk.expectDelivery();
        if (!completion->begin())
            return false;
        walk.countAwaited();
        add(completion);
        return true;
    }
    case Notification::Kind::SequentialWalk:
        completions.reserve(1); // before anything is counted
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

EventPointer AwaitedCall::keepEvent(const Notification &notification) noexcept
{
    if (notification.kind() == Notification::Kind::Walk)
        static_cast<const Walk &>(notification).keepEvent();
    else
        notification.event().addReference();
    return EventPointer(&notification.event());
}

AwaitedCall::AwaitedCall(RouteBase &route) noexcept : m_route(static_cast<Route &>(route))
{
    m_route.addOwner();
}

AwaitedCall::~AwaitedCall()
{
    for (Completion *completion : m_completions)
        completion->dropReference();
    m_route.dropOwner();
}

bool AwaitedCall::begin(const Notification &notification)
{
    try {
        notification.isAwaited = beginDeliveries(notification, m_completions);
    } catch (...) { // who called the handler ends them
        for (Completion *completion : m_completions)
            completion->dropReference();
        m_completions.clear();
        throw;
    }
    return notification.isAwaited;
}

void AwaitedCall::end(Ending ending) noexcept
{
    for (Completion *completion : m_completions) {
        if (ending == Ending::Dropped)
            completion->revoke();
        else
            completion->end(ending == Ending::Stopped ? Completion::Ending::Stopped : Completion::Ending::Returned,
                            m_route.handler().id());
    }
}

void AwaitedCall::fail(const std::exception_ptr &exception) noexcept
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
    for (Completion *completion : m_completions)
        completion->end(Completion::Ending::Threw, m_route.handler().id());
}

} // namespace SignalBox::detail
