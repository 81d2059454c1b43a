// SPDX-License-Identifier: MIT
#include "audiothread.h"

#include <array>
#include <chrono>
#include <cmath>
#include <utility>

namespace {

// A millisecond at 48 kHz.
constexpr std::size_t framesInABlock = 48;
using Block = std::array<std::array<float, 2>, framesInABlock>;

// Two tones that swell and fade, and a beat.
class Sound
{
public:
    const Block &nextBlock()
    {
        for (auto &[left, right] : m_block) {
            const double time = static_cast<double>(m_frame++) / 48000;
            const double beat = std::exp(-12 * std::fmod(time, 0.5));
            left = static_cast<float>(0.45 * (1 + std::sin(2.1 * time)) * std::sin(2764 * time) * (0.4 + 0.6 * beat));
            right = static_cast<float>(0.45 * (1 + std::sin(1.3 * time + 1)) * std::sin(4147 * time)
                                       * (0.3 + 0.7 * beat));
        }
        return m_block;
    }

private:
    Block m_block = {};
    std::int64_t m_frame = 0;
};

Level levelOf(const Block &block)
{
    Level level;
    for (const auto &[left, right] : block) {
        level.left = std::max(level.left, std::abs(left));
        level.right = std::max(level.right, std::abs(right));
    }
    return level;
}

} // namespace

AudioThread::AudioThread(SignalBox::RealtimeSource<Level> meter)
    : m_meter(std::move(meter)), m_thread([this] { run(); })
{}

AudioThread::~AudioThread()
{
    stop();
}

void AudioThread::stop()
{
    m_isOver = true;
    if (m_thread.joinable())
        m_thread.join();
}

void AudioThread::run()
{
    Sound sound;
    auto next = std::chrono::steady_clock::now();
    while (!m_isOver) {
        m_meter.offer(levelOf(sound.nextBlock())); // false: counted in lost()
        m_blocks.store(m_blocks.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        next += std::chrono::milliseconds(1);
        std::this_thread::sleep_until(next); // for the device
    }
}
