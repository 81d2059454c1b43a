// SPDX-License-Identifier: MIT
#include <SignalBox/qt/streams/eventstream.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/backlogs/handlerstatistics.h>
#include <SignalBox/qt/routes/route.h>

#include <QtCore/qthread.h>

#include <exception>

namespace SignalBox::detail {

// Brings the end to the thread of the context. Belongs to no thread, so that the last one that shares the state destroys it.
class StreamState::Ends : public AsyncRegistry<void>
{
public:
    Ends() { becomePartOf(QStringLiteral("EventStream")); }
};

StreamState::StreamState(const Backlog &backlog)
    : m_ends(std::make_unique<Ends>()),
      m_capacity(static_cast<std::size_t>(backlog.limit() > 0 ? backlog.limit() : 0)),
      m_keepsOldest(backlog.keep() == Backlog::Keep::Oldest)
{
}

StreamState::~StreamState()
{
    QObject::disconnect(m_contextEnd);
    while (StreamWaiter *const waiter = std::exchange(m_firstWaiter, m_firstWaiter ? m_firstWaiter->m_next : nullptr))
        waiter->drop();
}

std::shared_ptr<StreamState> StreamState::make(QObject *context, const QString &name, const Backlog &backlog, const SourceLocation &location)
{
    if (!context) {
        warnRefused("AsyncRegistry::stream()", QStringLiteral("the context object is null"), "the stream is empty");
        return nullptr;
    }
    if (context->thread() != QThread::currentThread()) {
        warnRefused("AsyncRegistry::stream()", QStringLiteral("the context object lives on another thread"), "the stream is empty");
        return nullptr;
    }
    auto state = std::make_shared<StreamState>(backlog);
    state->m_context = context;
    // It resumes coroutines, so that reports name it as they name the stream.
    state->m_ends->registerHandler(context, [weak = std::weak_ptr(state)] {
        if (const auto ended = weak.lock())
            ended->end();
    }, {.name = name}, location);
    state->m_contextEnd = QObject::connect(context, &QObject::destroyed, [weak = std::weak_ptr(state)] {
        if (const auto ended = weak.lock())
            ended->end();
    });
    return state;
}

bool StreamState::isHere() const noexcept
{
    if (!m_context || m_context->thread() == QThread::currentThread())
        return true;
    warnRefused("co_await stream", QStringLiteral("the context of the EventStream lives on another thread"), "the await gives nothing");
    return false;
}

void StreamState::tellEnd() noexcept
{
    try {
        m_ends->post();
    } catch (const std::bad_alloc &) {
        // As on behalf of an event loop: those who wait wait on until the context or the stream ends.
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
    event.addReference();
    append(EventPointer(&event));
    return true;
}

void StreamState::append(EventPointer event)
{
    if (m_capacity != 0 && m_count == m_capacity) {
        ++m_lost;
        if (m_keepsOldest)
            return;
        static_cast<void>(take());
    }
    if (m_count == m_ring.size()) {
        std::vector<EventPointer> larger(m_ring.empty() ? 8 : 2 * m_ring.size());
        const std::size_t count = m_count;
        for (std::size_t place = 0; place < count; ++place)
            larger[place] = take();
        m_ring.swap(larger);
        m_begin = 0;
        m_count = count;
    }
    m_ring[(m_begin + m_count) & (m_ring.size() - 1)] = std::move(event);
    ++m_count;
}

EventPointer StreamState::take() noexcept
{
    if (m_count == 0)
        return EventPointer();
    EventPointer event = std::move(m_ring[m_begin]);
    m_begin = (m_begin + 1) & (m_ring.size() - 1);
    --m_count;
    return event;
}

void StreamState::addWaiter(StreamWaiter &waiter) noexcept
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
    if (!m_state->arrive(notification.event(), itsRoute.statistics().losses()))
        itsRoute.handler().unregister();
    return Propagation::Continue;
}

} // namespace SignalBox::detail
