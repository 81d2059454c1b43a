// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <stdexcept>

// Makes the next call of one handler fail. Armed by one thread, it may be taken by any.
class Fault
{
public:
    void arm() noexcept { m_isArmed.store(true, std::memory_order_relaxed); }

    // True once for each time it was armed. The load alone comes before, as a handler asks at each of its calls.
    bool take() noexcept
    {
        return m_isArmed.load(std::memory_order_relaxed) && m_isArmed.exchange(false, std::memory_order_relaxed);
    }

    void throwIfArmed()
    {
        if (take())
            throw std::runtime_error("made to throw");
    }

private:
    std::atomic<bool> m_isArmed = false; // relaxed: nothing else is handed over with it
};
