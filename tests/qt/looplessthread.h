// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qthread.h>

#include <future>
#include <memory>

// A thread that waits instead of running an event loop: what is posted there is never run.
class LooplessThread
{
public:
    LooplessThread() : m_thread(QThread::create([this] { m_end.get_future().wait(); })) { m_thread->start(); }
    ~LooplessThread() { end(); }
    Q_DISABLE_COPY_MOVE(LooplessThread)

    QThread *thread() { return m_thread.get(); }
    void end()
    {
        if (m_thread->isRunning())
            m_end.set_value();
        m_thread->wait();
    }

private:
    std::promise<void> m_end;
    const std::unique_ptr<QThread> m_thread;
};
