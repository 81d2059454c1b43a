// SPDX-License-Identifier: MIT
#include "pacedthread.h"

#include <algorithm>
#include <chrono>
#include <utility>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void PacedThread::start(Function function)
{
    m_function = std::move(function);
    m_isStopped = false;
    m_thread = std::thread([this] { run(); });
}

void PacedThread::stop()
{
    if (!m_thread.joinable())
        return;
    {
        const std::lock_guard lock(m_mutex);
        m_isStopped = true;
    }
    m_condition.notify_all();
    m_thread.join();
}

void PacedThread::setRate(int rate)
{
    {
        const std::lock_guard lock(m_mutex);
        m_rate = rate;
    }
    m_condition.notify_all();
}

void PacedThread::run()
{
    double due = 0;
    Clock::time_point last = Clock::now();
    std::unique_lock lock(m_mutex);
    while (!m_isStopped) {
        if (m_rate == 0) {
            m_condition.wait(lock, [this] { return m_isStopped || m_rate > 0; });
            last = Clock::now();
            due = 0;
            continue;
        }
        const Clock::time_point now = Clock::now();
        // A thread that cannot keep up has a lower rate; it does not owe ever more.
        const std::chrono::duration<double> elapsed = std::min<Clock::duration>(now - last, 10ms);
        last = now;
        due += elapsed.count() * m_rate;
        const int count = int(due);
        due -= count;
        lock.unlock();
        m_function(count);
        lock.lock();
        m_condition.wait_until(lock, now + 1ms, [this] { return m_isStopped; });
    }
}
