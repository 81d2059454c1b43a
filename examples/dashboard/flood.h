// SPDX-License-Identifier: MIT
#pragma once

#include "fault.h"
#include "frameclock.h"
#include "pacedthread.h"
#include "ratemeter.h"
#include "series.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

#include <atomic>
#include <chrono>

// A thread that sends the GUI thread up to two million events per second, through a registry or through a queued
// connection, and what that does to the frames of the window.
//
//   priority 100  count   inline, on the flood's thread
//              0  delay   on the GUI thread, with Backlog::newest(): tells QML how old the event is that arrives
//
// Plain signals have the same two receivers: one connected directly, one queued.
class Flood : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The dashboard has one")
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(int rate READ rate WRITE setRate NOTIFY rateChanged FINAL)
    Q_PROPERTY(int highestRate READ highestRate CONSTANT FINAL)
    Q_PROPERTY(Transport transport READ transport WRITE setTransport NOTIFY transportChanged FINAL)
    Q_PROPERTY(int waitingLimit READ waitingLimit CONSTANT FINAL)
    Q_PROPERTY(int waiting READ waiting NOTIFY measured FINAL)
    Q_PROPERTY(bool limited READ isLimited NOTIFY measured FINAL)
    Q_PROPERTY(Series *registryGaps READ registryGaps CONSTANT FINAL)
    Q_PROPERTY(Series *signalGaps READ signalGaps CONSTANT FINAL)
    Q_PROPERTY(Series *quietGaps READ quietGaps CONSTANT FINAL)
    Q_PROPERTY(double registryRate READ registryRate NOTIFY measured FINAL)
    Q_PROPERTY(double signalRate READ signalRate NOTIFY measured FINAL)

public:
    enum class Transport { Registry, QueuedSignals };
    Q_ENUM(Transport)

    struct Event
    {
        quint64 number = 0; // from 1
        std::chrono::steady_clock::time_point sentAt;
    };

    static constexpr int maximumRate = 2'000'000;
    // More are not sent to a queued connection while so many wait: else they would fill the memory, and the window would
    // never get out of them again.
    static constexpr int maximumWaiting = 200'000;

    explicit Flood(QObject *parent = nullptr);
    ~Flood() override;

    SignalBox::RegistryObject *registry() { return &m_registry; }
    const SignalBox::RegistryObject *registry() const { return &m_registry; }
    FrameClock *frames() { return &m_frames; }
    const FrameClock *frames() const { return &m_frames; }
    // Makes the next call of one of the two fail. False: there is no such handler.
    bool failNext(const QString &handler);

    // What is asked for, in events per second.
    int rate() const { return m_rate; }
    void setRate(int rate);
    int highestRate() const { return maximumRate; }

    Transport transport() const { return m_transport.load(std::memory_order_relaxed); }
    // Signals that wait are dropped, and the frames measured anew.
    void setTransport(Transport transport);

    // Neither are events sent, nor do signals wait.
    bool isAtRest() const { return m_rate == 0 && waiting() == 0; }

    int waitingLimit() const { return maximumWaiting; }
    // Signals that were sent and have not arrived.
    int waiting() const;
    // Whether the limit was met since the last measurement.
    bool isLimited() const { return m_isLimited; }

    // The frame gaps in milliseconds while events went through the registry, through signals, and while there were none. Each
    // has one value for an interval of remember(), and keeps the last ones while another goes on.
    Series *registryGaps() { return &m_registryGaps; }
    const Series *registryGaps() const { return &m_registryGaps; }
    Series *signalGaps() { return &m_signalGaps; }
    const Series *signalGaps() const { return &m_signalGaps; }
    Series *quietGaps() { return &m_quietGaps; }
    // Events per second, of the way that is not in use those when it was left.
    double registryRate() const { return m_registryRate; }
    double signalRate() const { return m_signalRate; }

    // Remembers frame gaps and rates, for this many intervals that have passed.
    void remember(int intervals);
    // Tells plots of the frame gaps.
    void publishGaps();
    // Tells QML what was measured.
    void publish();
    // Forgets what was measured.
    void forget();

    // Events sent, whatever became of them.
    quint64 sent() const { return m_sent.load(std::memory_order_relaxed); }
    // Events that the inline receiver has counted.
    quint64 counted() const { return m_counted.load(std::memory_order_relaxed); }
    // The number of the last event that arrived on the GUI thread.
    quint64 lastArrived() const { return m_arrived.load(std::memory_order_relaxed); }

    void start();
    // Nothing is sent after this.
    void stop();

    // Sends on the calling thread. Not while the flood's own is running.
    void send(int count);

Q_SIGNALS:
    void rateChanged();
    void transportChanged();
    void measured();
    // Whichever way it came: the age of the event, in milliseconds.
    void arrived(double delay);
    // The plain signal; emitted on the flood's thread.
    void happened(const Flood::Event &event);

private:
    void count() noexcept { m_counted.fetch_add(1, std::memory_order_relaxed); }
    void arrive(const Event &event);
    bool isFull() const;
    Series &currentGaps();

    SignalBox::AsyncRegistry<Event> m_registry;
    QObject m_receiver; // of nothing but the queued signal, so that all that waits for it can be dropped
    FrameClock m_frames;
    Fault m_countFault;
    Fault m_delayFault;

    // Statistics only, and each written by one thread but for m_counted: relaxed.
    std::atomic<Transport> m_transport = Transport::Registry;
    std::atomic<quint64> m_sent = 0;
    std::atomic<quint64> m_counted = 0;
    std::atomic<quint64> m_arrived = 0;
    std::atomic<bool> m_hasMetLimit = false;

    int m_rate = 0;
    bool m_isLimited = false;
    RateMeter m_meter;
    Series m_registryGaps;
    Series m_signalGaps;
    Series m_quietGaps;
    double m_registryRate = 0;
    double m_signalRate = 0;
    PacedThread m_thread; // the last member: it uses the others
};
