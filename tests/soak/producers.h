// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

// Threads that do something over and over, and can be made to pause.
class Producers
{
public:
    // Each gets its number.
    Producers(int count, std::function<void(int)> step);
    Producers(const Producers &) = delete;
    Producers &operator=(const Producers &) = delete;
    ~Producers();

    // Each pauses when its step has ended, which may take what the caller does meanwhile.
    void askToPause();
    bool havePaused();
    void resume();

private:
    void run(int number);

    const int m_count;
    const std::function<void(int)> m_step;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    int m_paused = 0;
    bool m_isPausing = false;
    bool m_isEnding = false;
    std::vector<std::thread> m_threads;
};
