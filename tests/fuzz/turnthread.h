// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qthread.h>

#include <condition_variable>
#include <functional>
#include <mutex>

// A thread that does nothing by itself: it runs what it is given while the giver waits. So of all threads of a test one
// runs at a time, and the order in which they do is decided by the test.
class TurnThread final : public QThread
{
public:
    ~TurnThread() override { finish(); }

    // Runs the function on this thread, which must be running and idle.
    void perform(const std::function<void()> &function)
    {
        std::unique_lock lock(m_mutex);
        m_function = &function;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_function == nullptr; });
    }

    void finish()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isEnding = true;
            m_changed.notify_all();
        }
        wait();
        const std::lock_guard lock(m_mutex); // which ThreadSanitizer sees, other than the thread's end
        m_isEnding = false;
    }

protected:
    void run() override
    {
        std::unique_lock lock(m_mutex);
        for (;;) {
            m_changed.wait(lock, [this] { return m_function != nullptr || m_isEnding; });
            if (m_function == nullptr)
                return;
            const std::function<void()> *const function = m_function;
            lock.unlock();
            (*function)();
            lock.lock();
            m_function = nullptr;
            m_changed.notify_all();
        }
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    const std::function<void()> *m_function = nullptr;
    bool m_isEnding = false;
};
