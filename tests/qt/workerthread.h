// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <future>
#include <memory>
#include <utility>

// A thread with an event loop, and an object that lives there. Work goes through Qt's own queue; postCall() tells
// ThreadSanitizer of the hand-over that it cannot see in there.
class WorkerThread
{
public:
    WorkerThread()
    {
        m_context = new QObject;
        m_context->moveToThread(&m_thread);
        // ThreadSanitizer does not see the end of a QThread.
        QObject::connect(&m_thread, &QThread::finished, [this] { SignalBox::detail::SanitizerOrder::release(this); });
        m_anchor.moveToThread(&m_thread);
        m_thread.start();
    }

    ~WorkerThread()
    {
        run([this] { delete std::exchange(m_context, nullptr); });
        finish();
        delete m_context; // the thread had been finished before
    }

    Q_DISABLE_COPY_MOVE(WorkerThread)

    QThread *thread() { return &m_thread; }
    QObject *context() { return m_context; }
    void forgetContext() { m_context = nullptr; }

    // Runs the function on the thread, after everything that was posted there before, and waits for its end.
    template <class F>
    void run(F function)
    {
        if (!m_thread.isRunning())
            return;
        std::promise<void> done;
        post([&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }

    // Waits until what has been posted and queued there before has been run: a drain that has used up its budget goes on
    // behind Qt's queue.
    void drain()
    {
        run([] {});
        SignalBox::AsyncRegistry<void> last;
        last.registerHandler(SignalBox::onThread(&m_thread), [] {}, {.delivery = SignalBox::Delivery::Queued});
        auto end = last.notify();
        end.waitForFinished();
        SignalBox::detail::SanitizerOrder::acquire(end);
    }

    template <class F>
    void post(F function)
    {
        SignalBox::detail::postCall(&m_anchor, std::move(function));
    }

    void finish()
    {
        m_thread.quit();
        m_thread.wait();
        SignalBox::detail::SanitizerOrder::acquire(this);
    }

private:
    QThread m_thread;
    QObject m_anchor;
    QObject *m_context;
};
