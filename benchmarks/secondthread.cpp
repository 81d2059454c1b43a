// SPDX-License-Identifier: MIT
#include "secondthread.h"

#include <cstddef>
#include <utility>
#include <vector>

#ifdef __linux__
#    include <sched.h>
#endif

namespace SignalBoxBenchmark {

#ifdef __linux__

namespace {

cpu_set_t currentAffinity()
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof cpus, &cpus);
    return cpus;
}

// As it was when the first thread asked, that is before anything was pinned.
const cpu_set_t &processAffinity()
{
    static const cpu_set_t cpus = currentAffinity();
    return cpus;
}

const std::vector<std::size_t> &availableCpus()
{
    static const std::vector<std::size_t> cpus = [] {
        std::vector<std::size_t> result;
        for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &processAffinity()))
                result.push_back(cpu);
        }
        return result;
    }();
    return cpus;
}

} // namespace

int availableCpuCount()
{
    return static_cast<int>(availableCpus().size());
}

ScopedPin::ScopedPin(int index)
{
    if (index >= availableCpuCount())
        return;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(availableCpus()[static_cast<std::size_t>(index)], &cpus);
    m_isPinned = sched_setaffinity(0, sizeof cpus, &cpus) == 0;
}

ScopedPin::~ScopedPin()
{
    if (m_isPinned)
        sched_setaffinity(0, sizeof(cpu_set_t), &processAffinity());
}

#else

int availableCpuCount()
{
    return static_cast<int>(std::thread::hardware_concurrency());
}

ScopedPin::ScopedPin(int) {}
ScopedPin::~ScopedPin() = default;

#endif

ParkedThread::ParkedThread()
    : m_thread([this] {
          std::unique_lock lock(m_mutex);
          m_wakeUp.wait(lock, [this] { return m_isEnding; });
      })
{}

ParkedThread::~ParkedThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_isEnding = true;
    }
    m_wakeUp.notify_one();
    m_thread.join();
}

SecondThread::SecondThread()
{
    availableCpuCount(); // before anything is pinned
    m_thread = std::thread([this] { run(); });
}

SecondThread::~SecondThread()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_isEnding = true;
    }
    m_change.notify_all();
    m_thread.join();
}

void SecondThread::start(std::function<void()> work)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_work = std::move(work);
    }
    m_change.notify_all();
}

void SecondThread::wait()
{
    std::unique_lock lock(m_mutex);
    m_change.wait(lock, [this] { return !m_work; });
}

void SecondThread::run()
{
    const ScopedPin pin(1);
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_change.wait(lock, [this] { return m_work || m_isEnding; });
        if (!m_work)
            return;
        lock.unlock();
        m_work();
        lock.lock();
        m_work = nullptr;
        m_change.notify_all();
    }
}

} // namespace SignalBoxBenchmark
