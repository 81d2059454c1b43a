// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

/*!
    What is known of a thread's runs, as its signals tell it. So a QThread that may be dying need not be asked.

        Making ---> Ready ---> Running ---> Finished ---> Starting
                                  ^             |            |
                                  +-------------+------------'          and from each of them to Closed, and from there to Running

    Signals tell of each step but one: none tells that start() was called again, before the thread runs. A thread that may ask the
    QThread object calls tellStart(). Each step but that one is made under the mailbox's mutex. Thread-safe.
*/
class ThreadRun
{
public:
    enum class Phase : std::uint32_t {
        Making,   // the mailbox is not connected to the thread yet; what comes waits
        Ready,    // it takes what comes, but the thread has not been seen to run
        Running,
        Finished, // it may start again
        Starting, // it has been started again, and will say so; what comes waits
        Closed,   // the application of the thread has ended, or the thread object
    };
    /*! A phase, and which one of that kind. */
    using State = std::uint32_t;

    static Phase phaseOf(State state) noexcept { return static_cast<Phase>(state & phaseMask); }

    // Sequentially consistent, all of them: off every hot path, as only a producer that finds the mailbox closed asks. The number of a state
    // keeps tell() from calling a thread Starting that has run and finished meanwhile.
    State state() const noexcept { return m_state.load(); }
    Phase phase() const noexcept { return phaseOf(state()); }
    void set(Phase phase) noexcept { m_state.store(((state() & ~phaseMask) + numberStep) | static_cast<State>(phase)); }
    /*! The thread object said that it runs, after \a seen, which is Finished, was read. */
    void tellStart(State seen) noexcept
    {
        m_state.compare_exchange_strong(seen, (seen & ~phaseMask) | static_cast<State>(Phase::Starting));
    }

    bool isOpen() const noexcept { return isOpen(phase()); }
    static bool isOpen(Phase phase) noexcept { return phase == Phase::Ready || phase == Phase::Running; }

private:
    static constexpr State phaseMask = 7;
    static constexpr State numberStep = 8;

    std::atomic<State> m_state{static_cast<State>(Phase::Making)};
};

} // namespace SignalBox::detail
