// SPDX-License-Identifier: MIT
#pragma once

#include "fault.h"
#include "frameclock.h"
#include "pacedthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlregistration.h>

#include <atomic>
#include <chrono>

// A thread that sends the GUI thread up to two million events per second, through a registry or through a queued
// connection, and what that does to the frames of the window.
//
//   priority 100  count   inline, on the flood's thread
//              0  delay   on the GUI thread, with Backlog::latest(): tells QML how old the event is that arrives
//
// Plain signals have the same two receivers: one connected directly, one queued.
class Flood : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The dashboard has one")
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry CONSTANT FINAL)
    Q_PROPERTY(FrameClock *frames READ frames CONSTANT FINAL)
    Q_PROPERTY(int rate READ rate WRITE setRate NOTIFY rateChanged FINAL)
    Q_PROPERTY(int highestRate READ highestRate CONSTANT FINAL)
    Q_PROPERTY(Transport transport READ transport WRITE setTransport NOTIFY transportChanged FINAL)
    Q_PROPERTY(int waitingLimit READ waitingLimit CONSTANT FINAL)
    Q_PROPERTY(int waiting READ waiting NOTIFY measured FINAL)
    Q_PROPERTY(bool limited READ isLimited NOTIFY measured FINAL)
    Q_PROPERTY(double otherGap READ otherGap NOTIFY transportChanged FINAL)
    Q_PROPERTY(int otherRate READ otherRate NOTIFY transportChanged FINAL)

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

    int waitingLimit() const { return maximumWaiting; }
    // Signals that were sent and have not arrived.
    int waiting() const;
    // Whether the limit was met since the last measurement.
    bool isLimited() const { return m_isLimited; }

    // What the other transport had come to when it was left: worst gap in milliseconds (negative: it was not used), rate.
    double otherGap() const { return m_otherGap; }
    int otherRate() const { return m_otherRate; }

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

    // What is measured now, for the comparison with the other transport.
    void setMeasuredRate(double rate) { m_measuredRate = rate; }

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

    SignalBox::AsyncRegistry<Event> m_registry;
    QObject m_receiver; // of nothing but the queued signal, so that all that waits for it can be dropped
    FrameClock m_frames;
    QTimer m_timer;
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
    double m_measuredRate = 0;
    double m_otherGap = -1;
    int m_otherRate = 0;
    PacedThread m_thread; // the last member: it uses the others
};
