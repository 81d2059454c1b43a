// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

// Lets other threads run, so that what must not happen has its chance.
inline void giveWay()
{
    for (int i = 0; i < 50; ++i)
        std::this_thread::yield();
}

// Where a handler waits until the test lets it go on.
class Gate
{
public:
    // In the handler: returns once the gate is open.
    void pass()
    {
        std::unique_lock lock(m_mutex);
        ++m_arrived;
        m_changed.notify_all();
        m_changed.wait(lock, [this] { return m_isOpen; });
    }

    // In the test: returns once so many calls of pass() have begun.
    void awaitArrivals(int count)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [&] { return m_arrived >= count; });
    }

    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_isOpen = true;
        m_changed.notify_all();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_arrived = 0;
    bool m_isOpen = false;
};

// A thread that runs `function` and is held at `gate` when the constructor returns. Its end opens the gate, also when
// the test fails early.
class Visitor
{
public:
    template <class F>
    Visitor(Gate &gate, F &&function) : m_gate(gate), m_thread(std::forward<F>(function))
    {
        m_gate.awaitArrivals(1);
    }
    Visitor(const Visitor &) = delete;
    Visitor &operator=(const Visitor &) = delete;
    ~Visitor() { leave(); }

    void leave()
    {
        m_gate.open();
        if (m_thread.joinable())
            m_thread.join();
    }

private:
    Gate &m_gate;
    std::thread m_thread;
};
