// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/postcall_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <future>
#include <memory>
#include <utility>

// A thread with an event loop, and an object that lives there. Work goes through the library's postCall(), which tells
// ThreadSanitizer of the hand-over that it cannot see in Qt's event queue.
class WorkerThread
{
public:
    WorkerThread()
    {
        m_context = new QObject;
        m_context->moveToThread(&m_thread);
        m_anchor.moveToThread(&m_thread);
        m_thread.start();
    }

    ~WorkerThread()
    {
        run([this] { delete std::exchange(m_context, nullptr); });
        finish();
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

    // Returns when what was queued there before has been delivered, also what a drain had left for the next one.
    void drain()
    {
        class Mark final : public SignalBox::detail::Task
        {
        public:
            explicit Mark(std::promise<void> &reached) : m_reached(reached) {}
            ~Mark() override { m_reached.set_value(); }
            void run() noexcept override {}

        private:
            std::promise<void> &m_reached;
        };
        std::promise<void> reached;
        SignalBox::detail::Mailbox::of(&m_thread)->post(std::make_unique<Mark>(reached));
        reached.get_future().wait();
        run([] {});
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
    }

private:
    QThread m_thread;
    QObject m_anchor;
    QObject *m_context;
};
