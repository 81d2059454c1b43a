// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/handlertask.h>

#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/coroutines/taskhub_p.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/routes/route.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

HandlerBody::~HandlerBody() = default;

HandlerTask::HandlerTask(std::shared_ptr<HandlerCoroutines> coroutines, RouteBase &route,
                         std::unique_ptr<HandlerBody> body)
    : TaskDriver({}, coroutines->registeredAt()),
      m_coroutines(std::move(coroutines)),
      m_call(route),
      m_body(std::move(body))
{}

HandlerTask::~HandlerTask() = default;

Propagation HandlerTask::call(std::shared_ptr<HandlerCoroutines> coroutines, RouteBase &route,
                              const Notification &notification, std::unique_ptr<HandlerBody> body)
{
    struct Release
    {
        void operator()(HandlerTask *task) const noexcept { task->dropReference(); }
    };
    const std::unique_ptr<HandlerTask, Release> task(new HandlerTask(std::move(coroutines), route, std::move(body)));
    task->setHub(task->m_coroutines->add(task->m_member));
    try {
        task->begin();
    } catch (...) {
        task->m_coroutines->remove(task->m_member);
        throw;
    }
    if (task->m_phase.load(std::memory_order_acquire) == Phase::Ended) {
        if (task->exception())
            task->rethrow();
        if (task->m_result)
            return *task->m_result;
    }
    task->await(notification);
    return Propagation::Continue;
}

void HandlerTask::await(const Notification &notification)
{
    try {
        m_call.begin(notification);
    } catch (...) {
        cancel();
        throw; // the call has failed
    }
    if (m_phase.exchange(Phase::Awaited, std::memory_order_acq_rel) == Phase::Ended)
        tellEnd();
}

// Later than the call where a coroutine of the context is still on the stack of the thread that it has left.
TaskFrame **HandlerTask::create()
{
    const bool isLate = m_phase.load(std::memory_order_acquire) == Phase::Awaited;
    const Route &route = m_call.route();
    if (isLate && !route.isOnce() && !route.handler().isRegistered())
        return &m_none;
    return m_body->create();
}

void HandlerTask::takeResult()
{
    m_result = m_body->result();
}

// Who waits for the handler's coroutines waits until nothing of the program's code is run for this one any more.
void HandlerTask::clear() noexcept
{
    m_body.reset();
    if (m_phase.exchange(Phase::Ended, std::memory_order_acq_rel) == Phase::Awaited) {
        m_coroutines->leave(m_member);
        tellEnd();
    }
    m_coroutines->remove(m_member);
}

void HandlerTask::tellEnd() noexcept
{
    if (const std::exception_ptr thrown = takeException())
        m_call.fail(thrown);
    else if (m_result)
        m_call.end(*m_result == Propagation::Stop ? AwaitedCall::Ending::Stopped : AwaitedCall::Ending::Returned);
    else
        m_call.end(AwaitedCall::Ending::Dropped);
}

QString HandlerTask::label() const
{
    return m_call.route().link().name() + QLatin1Char('/') + HandlerDescription(m_call.route().handler()).name();
}

void HandlerTask::note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
                       std::chrono::steady_clock::time_point end) const
{
    m_call.route().note(loop, begin, end);
}

} // namespace SignalBox::detail
