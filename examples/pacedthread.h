// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

// A thread that does something so many times per second, in portions a millisecond apart.
class PacedThread
{
public:
    // The function does it as many times as it is told, or fewer: what it leaves out is not made up for.
    using Function = std::function<void(int count)>;

    PacedThread() = default;
    ~PacedThread() { stop(); }
    PacedThread(const PacedThread &) = delete;
    PacedThread &operator=(const PacedThread &) = delete;

    // Not before the last one has been stopped.
    void start(Function function);
    // Returns when the function is not called any more.
    void stop();

    // Times per second; 0, as at first, sleeps.
    void setRate(int rate);

private:
    void run();

    Function m_function;
    std::thread m_thread;
    std::mutex m_mutex;
    std::condition_variable m_condition;
    int m_rate = 0;           // guarded by m_mutex
    bool m_isStopped = false; // guarded by m_mutex
};
