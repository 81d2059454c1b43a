// SPDX-License-Identifier: MIT
#pragma once

#include "logline.h"

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

// What waits between workers and the window, by hand: the newest `capacity` lines, if the window is late.
class LinesBuffer
{
public:
    explicit LinesBuffer(int capacity) : m_capacity(std::size_t(capacity)) {}

    void add(LogLine &&line)
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back(std::move(line));
        // In one go for many, or each line would move all the others.
        if (m_lines.size() >= 2 * m_capacity) {
            m_lines.erase(m_lines.begin(), m_lines.begin() + std::ptrdiff_t(m_capacity));
            m_dropped += qint64(m_capacity);
        }
    }

    // Takes what waits. `spare`: an empty vector whose memory is used again.
    std::vector<LogLine> take(std::vector<LogLine> &&spare)
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_lines, std::move(spare));
    }

    qint64 dropped() const
    {
        const std::lock_guard lock(m_mutex);
        return m_dropped;
    }

private:
    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    std::vector<LogLine> m_lines;
    qint64 m_dropped = 0;
};
