// SPDX-License-Identifier: MIT
#include <SignalBox/qt/sources/realtimebuffer.h>

#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qbasictimer.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <algorithm>

namespace SignalBox::detail {

namespace {

constexpr qsizetype largestCapacity = qsizetype(1) << 30;
constexpr std::chrono::milliseconds longestInterval = std::chrono::hours(1);

// Looks at a buffer. A child of the registry: it goes where that goes, and ends with it.
class RealtimeTaker final : public QObject
{
public:
    RealtimeTaker(QObject &registry, std::shared_ptr<RealtimeBuffer> buffer, std::chrono::milliseconds interval)
        : QObject(&registry), m_buffer(std::move(buffer)), m_interval(static_cast<int>(interval.count()))
    {
        setObjectName(QStringLiteral("SignalBox::RealtimeSource"));
        if (QAbstractEventDispatcher::instance())
            wait(m_interval);
        else // as soon as there is an event loop; until then there is take()
            postStart();
    }
    ~RealtimeTaker() override { m_buffer->close(); }

    // The timer begins anew on the other thread: ThreadSanitizer does not see how Qt hands one over.
    bool event(QEvent *event) override
    {
        SanitizerOrder::acquire(event);
        if (event->type() == QEvent::ThreadChange) {
            m_timer.stop();
            m_waited = 0;
            postStart(); // goes with the object
        }
        return QObject::event(event);
    }

protected:
    void customEvent(QEvent *) override { wait(m_interval); }

    void timerEvent(QTimerEvent *event) override
    {
        if (event->timerId() != m_timer.timerId())
            return;
        const std::shared_ptr<RealtimeBuffer> buffer = m_buffer; // a handler may destroy the registry
        // Before anything is posted, as a handler may open an event loop.
        if (buffer->hasEnded()) {
            m_timer.stop();
            deleteLater();
        } else {
            wait(buffer->hasAny() ? m_interval : std::min(2 * m_waited, slowest * m_interval));
        }
        buffer->take();
    }

private:
    static constexpr int slowest = 8; // intervals, while nothing comes

    void postStart()
    {
        auto *event = new QEvent(QEvent::User);
        SanitizerOrder::release(event);
        QCoreApplication::postEvent(this, event);
    }

    void wait(int milliseconds)
    {
        if (milliseconds == m_waited)
            return;
        m_waited = milliseconds;
        m_timer.start(milliseconds, Qt::PreciseTimer, this);
    }

    const std::shared_ptr<RealtimeBuffer> m_buffer;
    const int m_interval;
    int m_waited = 0;
    QBasicTimer m_timer;
};

} // namespace

RealtimeBuffer::RealtimeBuffer(std::size_t capacity, std::shared_ptr<Source> source) noexcept
    : m_ring(capacity), m_source(std::move(source))
{
}

RealtimeBuffer::~RealtimeBuffer() = default;

bool RealtimeBuffer::isPossible(const QObject &registry, qsizetype capacity, std::chrono::milliseconds interval)
{
    QString problem;
    if (registry.thread() != QThread::currentThread())
        problem = QStringLiteral("expected a call on the registry's own thread");
    else if (capacity <= 0 || capacity > largestCapacity)
        problem = QStringLiteral("the capacity is %1: expected 1 to %2").arg(capacity).arg(largestCapacity);
    else if (interval < std::chrono::milliseconds(1) || interval > longestInterval)
        problem = QStringLiteral("the interval is %1 ms: expected 1 ms to one hour").arg(interval.count());
    if (problem.isEmpty())
        return true;
    warnRefused("AsyncRegistry::addRealtimeSource()", problem, "the source takes nothing");
    return false;
}

void RealtimeBuffer::serve(QObject &registry, std::chrono::milliseconds interval)
{
    m_taker = new RealtimeTaker(registry, shared_from_this(), interval); // the registry's
}

bool RealtimeBuffer::beginOffer() noexcept
{
    if (!m_isOffering.exchange(true, std::memory_order_acquire))
        return true;
    m_lostElsewhere.fetch_add(1, std::memory_order_relaxed);
    if (m_hasWarned.exchange(true, std::memory_order_relaxed))
        return false;
    try {
        warnRefused("RealtimeSource::offer()", QStringLiteral("two threads call it at the same time: expected one producing thread at a time"),
                    "the event was not taken; in a release build this is undefined");
    } catch (...) {
        // Without memory, a line less.
    }
    return false;
}

std::uint64_t RealtimeBuffer::lost() const noexcept
{
    return m_lost.load(std::memory_order_relaxed) + m_lostElsewhere.load(std::memory_order_relaxed);
}

void RealtimeBuffer::end() noexcept
{
    m_ring.end();
    if (!m_source->isRegistryHere())
        return; // the taker sees it
    const std::shared_ptr<RealtimeBuffer> self = shared_from_this(); // a handler may destroy the registry
    take();
    if (m_taker)
        m_taker->deleteLater();
}

bool RealtimeBuffer::hasAny() const noexcept
{
    return m_ring.oldest(m_ring.tail()).has_value();
}

// What is there when it begins: a producer that is faster than the handlers does not keep it.
qsizetype RealtimeBuffer::take() noexcept
{
    const std::shared_ptr<RealtimeBuffer> self = shared_from_this(); // a handler may end the source, and the registry
    const std::size_t tail = m_ring.tail();
    qsizetype count = 0;
    while (!isClosed()) {
        const std::optional<std::size_t> place = m_ring.oldest(tail);
        if (!place)
            break;
        try {
            post(*place);
            ++count;
        } catch (...) {
            m_lostElsewhere.fetch_add(1, std::memory_order_relaxed);
            m_source->reportLost();
        }
    }
    return count;
}

qsizetype RealtimeBuffer::takeHere()
{
    if (isClosed())
        return 0;
    if (m_source->isRegistryHere())
        return take();
    warnRefused("RealtimeSource::take()", QStringLiteral("expected a call on the registry's own thread"), "nothing was taken");
    return 0;
}

void RealtimeBuffer::close() noexcept
{
    m_taker = nullptr;
    m_isClosed.store(true, std::memory_order_relaxed);
    m_lostElsewhere.fetch_add(destroyAll(), std::memory_order_relaxed);
}

std::uint64_t RealtimeBuffer::destroyAll() noexcept
{
    std::uint64_t count = 0;
    const std::size_t tail = m_ring.tail();
    while (const std::optional<std::size_t> place = m_ring.oldest(tail)) {
        destroy(*place);
        ++count;
    }
    return count;
}

} // namespace SignalBox::detail
