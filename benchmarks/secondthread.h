// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace SignalBoxBenchmark {

// How many CPUs this process may use.
int availableCpuCount();

// Keeps the calling thread on the process's first (0) or second (1) CPU until the end of the scope, so that two threads
// that are to run at the same time do. Does nothing where there is no such CPU.
class ScopedPin
{
public:
    explicit ScopedPin(int index);
    ~ScopedPin();
    ScopedPin(const ScopedPin &) = delete;
    ScopedPin &operator=(const ScopedPin &) = delete;

private:
    bool m_isPinned = false;
};

// A thread that lives, parked, until the end of the scope: with a single thread in the process libstdc++ and glibc
// leave out the atomic operations of shared_ptr, mutexes and malloc, which flatters whoever uses them.
class ParkedThread
{
public:
    ParkedThread();
    ~ParkedThread();
    ParkedThread(const ParkedThread &) = delete;
    ParkedThread &operator=(const ParkedThread &) = delete;

private:
    std::mutex m_mutex;
    std::condition_variable m_wakeUp;
    bool m_isEnding = false;
    std::thread m_thread;
};

// A thread on the second CPU that is parked but for the work that it is given.
class SecondThread
{
public:
    SecondThread();
    ~SecondThread();
    SecondThread(const SecondThread &) = delete;
    SecondThread &operator=(const SecondThread &) = delete;

    void start(std::function<void()> work); // the work before must have been waited for
    void wait();                            // until the work has ended and the thread is parked again

private:
    void run();

    std::mutex m_mutex;
    std::condition_variable m_change;
    std::function<void()> m_work;
    bool m_isEnding = false;
    std::thread m_thread;
};

// Repeats a step on another thread, on the second CPU and without pause, from the constructor's return to the
// destructor; the calling thread keeps to the first CPU meanwhile.
class BackgroundLoad
{
public:
    template <class Step>
    explicit BackgroundLoad(Step step) : m_pin(0)
    {
        m_second.start([this, step = std::move(step)]() mutable {
            do {
                step();
                m_isRunning.store(true, std::memory_order_relaxed);
            } while (!m_isEnding.load(std::memory_order_relaxed));
        });
        while (!m_isRunning.load(std::memory_order_relaxed))
            std::this_thread::yield();
    }
    ~BackgroundLoad()
    {
        m_isEnding.store(true, std::memory_order_relaxed);
        m_second.wait();
    }
    BackgroundLoad(const BackgroundLoad &) = delete;
    BackgroundLoad &operator=(const BackgroundLoad &) = delete;

private:
    ScopedPin m_pin;
    alignas(64) std::atomic<bool> m_isRunning{false};
    alignas(64) std::atomic<bool> m_isEnding{false};
    alignas(64) SecondThread m_second;
};

} // namespace SignalBoxBenchmark
