// SPDX-License-Identifier: MIT
#pragma once

#include "level.h"

#include <SignalBox/RealtimeSource>

#include <atomic>
#include <cstdint>
#include <thread>

// Stands for the thread of an audio device. Each millisecond it has a block of sound to make, so it may wait for nobody: no lock, no
// allocation, no system call but the wait for the device.
class AudioThread
{
public:
    explicit AudioThread(SignalBox::RealtimeSource<Level> meter);
    ~AudioThread();
    AudioThread(const AudioThread &) = delete;
    AudioThread &operator=(const AudioThread &) = delete;

    // Any thread: the blocks that it has made, and those of them that the meter had no room for.
    std::int64_t blocks() const noexcept { return m_blocks; }
    std::int64_t lost() const noexcept { return static_cast<std::int64_t>(m_meter.lost()); }

    void stop();

private:
    void run();

    SignalBox::RealtimeSource<Level> m_meter;
    std::atomic<std::int64_t> m_blocks = 0;
    std::atomic<bool> m_isOver = false;
    std::thread m_thread;
};
