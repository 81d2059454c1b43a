// SPDX-License-Identifier: MIT
#pragma once

#include "recorder.h"

#include <QtCore/qobject.h>

namespace SignalBox::Doctor {

// What the hooks in hooks.cpp tell of queued calls.

struct QueuedCall;

// Before Qt takes the call.
void notePosted(QObject *receiver, QueuedCall *call);

// While the call's slot runs.
class RunningCall
{
public:
    RunningCall(const QObject *receiver, QueuedCall *call);
    ~RunningCall();
    Q_DISABLE_COPY_MOVE(RunningCall)

private:
    Thread &m_thread;
    ConnectionId m_before;
};

// Before the call is destroyed, done or not.
void noteDestroyed(QueuedCall *call);

// While removePostedEvents() runs.
class Removal
{
public:
    explicit Removal(const QObject *receiver);
    ~Removal();
    Q_DISABLE_COPY_MOVE(Removal)

private:
    int m_before;
};

// A slot of a direct connection runs on another thread than its receiver's.
void noteDirect(const QObject *sender, int signal, const QObject *receiver, std::uint64_t code, bool isMember, const Frames &connected);

} // namespace SignalBox::Doctor
