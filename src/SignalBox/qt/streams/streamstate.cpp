// SPDX-License-Identifier: MIT
#include <SignalBox/qt/streams/streamstate.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/backlogs/handlerstatistics.h>
#include <SignalBox/qt/backlogs/inbox.h>
#include <SignalBox/qt/delivery/currentthread_p.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/registry/asyncregistry.h>
#include <SignalBox/qt/routes/route.h>

#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include <exception>
#include <vector>

namespace SignalBox::detail {

// Brings the end to the thread of the context. Belongs to no thread, so that the last one that shares the state destroys it.
class StreamState::Ends : public AsyncRegistry<void>
{
public:
    Ends() { becomePartOf(QStringLiteral("EventStream")); }
};

// What has arrived and was not taken.
struct StreamState::Arrived
{
    HandlerStatistics statistics;
    std::unique_ptr<Inbox> inbox; // null: the backlog is refused
};

StreamState::StreamState(const HandlerSettings &settings)
    : m_ends(std::make_unique<Ends>()),
      m_policy(settings.policy),
      m_arrived(std::make_unique<Arrived>())
{
    // Nested::Wait, as only that always has an inbox: the events are not queued anywhere.
    if (!settings.backlog.problem())
        m_arrived->inbox = Inbox::make({.backlog = settings.backlog, .nested = Nested::Wait, .endsDeliveries = false}, nullptr, m_arrived->statistics);
}

StreamState::~StreamState()
{
    QObject::disconnect(m_contextEnd);
    while (StreamWaiter *const waiter = std::exchange(m_firstWaiter, m_firstWaiter ? m_firstWaiter->m_next : nullptr))
        waiter->drop();
}

std::shared_ptr<StreamState> StreamState::make(QObject *context, const HandlerSettings &settings, const SourceLocation &location)
{
    if (!context) {
        warnRefused("AsyncRegistry::stream()", QStringLiteral("the context object is null"), "the stream is empty");
        return nullptr;
    }
    if (context->thread() != QThread::currentThread()) {
        warnRefused("AsyncRegistry::stream()", QStringLiteral("the context object lives on another thread"), "the stream is empty");
        return nullptr;
    }
    auto state = std::make_shared<StreamState>(settings);
    state->m_context = context;
    // It resumes coroutines, so that reports name it as they name the stream.
    state->m_ends->registerHandler(context, [weak = std::weak_ptr(state)] {
        if (const auto ended = weak.lock())
            ended->end();
    }, {.name = settings.name}, location);
    state->m_contextEnd = QObject::connect(context, &QObject::destroyed, [weak = std::weak_ptr(state)] {
        if (const auto ended = weak.lock())
            ended->end();
    });
    return state;
}

bool StreamState::isHere() const noexcept
{
    if (!m_context || m_context->thread() == CurrentThread::object())
        return true;
    warnRefused("co_await stream", QStringLiteral("the context of the EventStream lives on another thread"), "the await gives nothing");
    return false;
}

void StreamState::tellEnd() noexcept
{
    try {
        m_ends->post();
    } catch (const std::bad_alloc &) {
        // The waiters go on waiting until the context or the stream ends.
    }
}

void StreamState::end() noexcept
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    m_context = nullptr;
    const std::shared_ptr<StreamState> self = shared_from_this();
    QObject::disconnect(m_contextEnd);
    while (StreamWaiter *const waiter = m_firstWaiter) {
        m_firstWaiter = waiter->m_next;
        try {
            waiter->give(nullptr);
        } catch (...) {
            const ExceptionInfo info({}, {}, std::current_exception());
            qCWarning(loggingCategory).noquote() << "A coroutine threw at the end of the EventStream that it awaited:"
                                                 << QString::fromStdString(info.message());
        }
    }
    m_ends->clear(); // the futures finish
}

bool StreamState::arrive(const Event &event, std::uint64_t lostBefore)
{
    m_lostBefore = lostBefore;
    if (m_hasEnded)
        return false;
    while (StreamWaiter *const waiter = m_firstWaiter) {
        m_firstWaiter = waiter->m_next;
        if (waiter->give(&event))
            return true;
    }
    if (m_endsUnawaited) {
        end();
        return false;
    }
    keep(event);
    return true;
}

void StreamState::keep(const Event &event)
{
    // At the end: a key may come back to this and take what is here.
    const auto mark = qScopeGuard([this] { m_mayHaveEvent = true; });
    std::vector<FailedMerge> failed;
    auto push = [&](const EventKey *key) {
        QueueEntry *const item = SeparateEntry::make(QueueEntry::Single, nullptr, &event);
        event.addReference(); // the item's
        m_arrived->inbox->push(item, key, m_policy.get(), failed);
    };
    if (m_arrived->inbox->hasKeys())
        m_policy->withKey(event, &push, [](void *use, const EventKey &key) { (*static_cast<decltype(push) *>(use))(&key); });
    else
        push(nullptr);
    for (const FailedMerge &failure : failed)
        Batch::freeItem(*failure.item);
    if (!failed.empty())
        std::rethrow_exception(failed.front().exception);
}

std::uint64_t StreamState::countEvents() const noexcept
{
    return m_arrived->inbox ? m_arrived->inbox->count() : 0;
}

EventPointer StreamState::take() noexcept
{
    QueueEntry *const item = m_arrived->inbox ? m_arrived->inbox->takeEvent() : nullptr;
    m_mayHaveEvent = countEvents() != 0;
    if (!item)
        return EventPointer();
    const Event &event = Batch::eventOf(*item);
    event.addReference();
    Batch::freeItem(*item);
    return EventPointer(&event);
}

std::uint64_t StreamState::lost() const noexcept
{
    if (!m_arrived->inbox)
        return 0;
    m_arrived->inbox->updateStatistics();
    return m_arrived->statistics.losses() + m_lostBefore;
}

void StreamState::addLastWaiter(StreamWaiter &waiter) noexcept
{
    StreamWaiter **place = &m_firstWaiter;
    while (StreamWaiter *const other = *place) {
        if (other->isWaiting()) {
            place = &other->m_next;
        } else { // cancelled, or out of time
            *place = other->m_next;
            other->drop();
        }
    }
    waiter.m_next = nullptr;
    *place = &waiter;
}

void StreamState::removeWaiter(StreamWaiter &waiter) noexcept
{
    StreamWaiter **place = &m_firstWaiter;
    while (*place && *place != &waiter)
        place = &(*place)->m_next;
    if (*place)
        *place = waiter.m_next;
}

HandlerGuard StreamState::keepUntilEnd(std::shared_ptr<void> answer)
{
    return m_ends->registerGuard(m_context, [kept = std::move(answer)] {});
}

Propagation StreamHandler::operator()(const Notification &notification, RouteBase &route)
{
    Route &itsRoute = static_cast<Route &>(route);
    if (!m_state->arrive(notification.event(), itsRoute.losses()))
        itsRoute.handler().unregister();
    return Propagation::Continue;
}

} // namespace SignalBox::detail
