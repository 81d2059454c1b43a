// SPDX-License-Identifier: MIT
#include "flood.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qthread.h>

#include <utility>

using Clock = std::chrono::steady_clock;

Flood::Flood(QObject *parent) : QObject(parent)
{
    m_registry.setName(QStringLiteral("flood"));
    m_registry.setStatisticsEnabled(true);
    m_registry.registerHandler(
            [this](const Event &) {
                m_countFault.throwIfArmed();
                count();
            },
            {.priority = 100, .name = QStringLiteral("count")});
    m_registry.registerHandler(this,
                               [this](const Event &event) {
                                   m_delayFault.throwIfArmed();
                                   arrive(event);
                               },
                               {.name = QStringLiteral("delay"), .backlog = SignalBox::Backlog::newest()});

    connect(
            this, &Flood::happened, this, [this] { count(); }, Qt::DirectConnection);
    connect(
            this, &Flood::happened, &m_receiver, [this](const Event &event) { arrive(event); }, Qt::QueuedConnection);
}

Flood::~Flood()
{
    stop();
}

bool Flood::failNext(const QString &handler)
{
    if (handler == QStringLiteral("count"))
        m_countFault.arm();
    else if (handler == QStringLiteral("delay"))
        m_delayFault.arm();
    else
        return false;
    return true;
}

void Flood::setRate(int rate)
{
    rate = qBound(0, rate, maximumRate);
    if (m_rate == rate)
        return;
    m_rate = rate;
    m_thread.setRate(rate);
    Q_EMIT rateChanged();
}

void Flood::setTransport(Transport transport)
{
    if (transport == this->transport())
        return;
    // The thread looks at it before each event: one more signal at the most comes after this.
    m_transport.store(transport, std::memory_order_relaxed);
    QCoreApplication::removePostedEvents(&m_receiver, QEvent::MetaCall);
    m_arrived.store(sent(), std::memory_order_relaxed);
    m_isLimited = false;
    m_frames.reset();
    m_meter = {};
    Q_EMIT transportChanged();
    Q_EMIT measured();
}

int Flood::waiting() const
{
    return transport() == Transport::QueuedSignals ? int(sent() - lastArrived()) : 0;
}

Series &Flood::currentGaps()
{
    if (isAtRest())
        return m_quietGaps;
    return transport() == Transport::QueuedSignals ? m_signalGaps : m_registryGaps;
}

void Flood::remember(int intervals)
{
    const Clock::time_point now = Clock::now();
    const double rate = m_meter.add(now, counted());
    if (m_rate > 0)
        (transport() == Transport::Registry ? m_registryRate : m_signalRate) = rate;
    const double gap = m_frames.takeWorst(now);
    Series &gaps = currentGaps();
    for (int i = 0; gap > 0 && i < intervals; ++i)
        gaps.append(gap);
}

void Flood::publishGaps()
{
    for (Series *series : {&m_registryGaps, &m_signalGaps, &m_quietGaps})
        series->publish();
}

void Flood::publish()
{
    m_isLimited = m_hasMetLimit.exchange(false, std::memory_order_relaxed);
    Q_EMIT measured();
}

void Flood::forget()
{
    m_frames.reset();
    m_registryRate = 0;
    m_signalRate = 0;
    for (Series *series : {&m_registryGaps, &m_signalGaps, &m_quietGaps})
        series->clear();
}

void Flood::start()
{
    m_frames.start();
    m_thread.start([this, isNamed = false](int count) mutable {
        if (!std::exchange(isNamed, true))
            QThread::currentThread()->setObjectName(QStringLiteral("flood")); // for the trace
        send(count);
    });
}

void Flood::stop()
{
    m_thread.stop();
}

bool Flood::isFull() const
{
    return sent() - lastArrived() >= quint64(maximumWaiting);
}

void Flood::send(int count)
{
    for (int i = 0; i < count; ++i) {
        const bool isSignal = transport() == Transport::QueuedSignals;
        if (isSignal && isFull()) {
            m_hasMetLimit.store(true, std::memory_order_relaxed);
            return;
        }
        const quint64 number = sent() + 1;
        m_sent.store(number, std::memory_order_relaxed);
        if (isSignal)
            Q_EMIT happened({.number = number, .sentAt = Clock::now()});
        else
            m_registry.post({.number = number, .sentAt = Clock::now()});
    }
}

void Flood::arrive(const Event &event)
{
    m_arrived.store(event.number, std::memory_order_relaxed);
    Q_EMIT arrived(std::chrono::duration<double, std::milli>(Clock::now() - event.sentAt).count());
}
