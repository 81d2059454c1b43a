// SPDX-License-Identifier: MIT
#pragma once

#include "scaled.h"

#include <QtCore/qglobal.h>

#include <atomic>
#include <chrono>
#include <string>

// What the storms of coroutines share.

// How long a storm lasts: SIGNALBOX_STORM_SECONDS, or two seconds.
inline std::chrono::milliseconds stormDuration()
{
    const int seconds = qEnvironmentVariableIntValue("SIGNALBOX_STORM_SECONDS");
    return seconds > 0 ? std::chrono::seconds(seconds) : std::chrono::milliseconds(stressed(2000));
}

// A local or a capture of a coroutine. They are counted; one that is destroyed twice, or not at all, is noticed.
class Alive
{
public:
    Alive() { ++s_count; }
    Alive(const Alive &other) : m_text(other.m_text) { ++s_count; }
    Alive &operator=(const Alive &) = delete;
    ~Alive()
    {
        if (!isSound())
            qFatal("it is not alive");
        --s_count;
    }

    bool isSound() const { return m_text == "alive"; }
    static int count() { return s_count; }

private:
    static inline std::atomic<int> s_count = 0;
    std::string m_text = "alive";
};
