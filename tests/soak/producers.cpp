// SPDX-License-Identifier: MIT
#include "producers.h"

#include <utility>

Producers::Producers(int count, std::function<void(int)> step) : m_count(count), m_step(std::move(step))
{
    for (int number = 0; number < count; ++number)
        m_threads.emplace_back([this, number] { run(number); });
}

Producers::~Producers()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isEnding = true;
        m_changed.notify_all();
    }
    for (std::thread &thread : m_threads)
        thread.join();
}

void Producers::askToPause()
{
    const std::lock_guard lock(m_mutex);
    m_isPausing = true;
}

bool Producers::havePaused()
{
    const std::lock_guard lock(m_mutex);
    return m_paused == m_count;
}

void Producers::resume()
{
    const std::lock_guard lock(m_mutex);
    m_isPausing = false;
    m_changed.notify_all();
}

void Producers::run(int number)
{
    std::unique_lock lock(m_mutex);
    while (!m_isEnding) {
        if (m_isPausing) {
            ++m_paused;
            m_changed.wait(lock, [this] { return !m_isPausing || m_isEnding; });
            --m_paused;
            continue;
        }
        lock.unlock();
        m_step(number);
        lock.lock();
    }
}
