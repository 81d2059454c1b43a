// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <boost/signals2/signal.hpp>

#include <utility>

namespace SignalBoxBenchmark {

// Boost.Signals2 as it comes. Thread-safe and reentrant; a slot that was disconnected may be running still. Its groups
// are ordered upwards, hence the sign.
class BoostSignals2
{
public:
    static constexpr const char *name = "Boost.Signals2";
    static constexpr bool isThreadSafe = true;
    static constexpr bool hasPriorities = true;

    using Handle = boost::signals2::connection;

    template <class Handler>
    Handle add(Handler handler, int priority = 0)
    {
        return m_signal.connect(-priority, std::move(handler));
    }

    void remove(Handle connection) { connection.disconnect(); }
    void clear() { m_signal.disconnect_all_slots(); }
    void notify(const Event &event) { m_signal(event); }

private:
    boost::signals2::signal<void(const Event &)> m_signal;
};

} // namespace SignalBoxBenchmark
