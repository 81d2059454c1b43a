// SPDX-License-Identifier: MIT
#pragma once

#include "../secondthread.h"

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <optional>
#include <semaphore>
#include <utility>

namespace SignalBoxBenchmark {

// A thread with Qt's event loop, on the process's second CPU or on its first one, and an object that lives there.
class TargetThread
{
public:
    explicit TargetThread(int cpuIndex = 1);
    ~TargetThread();
    Q_DISABLE_COPY_MOVE(TargetThread)

    QObject *context() { return &m_context; }

    // Runs the function there, after everything that Qt's own queue holds, and waits for its end.
    template <class Function>
    void run(Function function)
    {
        QMetaObject::invokeMethod(&m_context, std::move(function), Qt::BlockingQueuedConnection);
    }

private:
    QThread m_thread;
    QObject m_context;
    std::optional<ScopedPin> m_pin;
};

// Keeps a target thread away from its event loop, from the constructor's return to release().
class Blockade
{
public:
    explicit Blockade(TargetThread &target);
    ~Blockade() { release(); }
    Q_DISABLE_COPY_MOVE(Blockade)

    void release();
    // The target's threadTime() when it was released.
    double threadTimeAtRelease() const noexcept { return m_threadTimeAtRelease; }

private:
    std::binary_semaphore m_hasEntered{0};
    std::binary_semaphore m_mayLeave{0};
    std::binary_semaphore m_hasLeft{0};
    bool m_isReleased = false;
    double m_threadTimeAtRelease = 0;
};

} // namespace SignalBoxBenchmark
