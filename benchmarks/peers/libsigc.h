// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <sigc++/signal.h>

#include <utility>

namespace SignalBoxBenchmark {

// libsigc++ 3: reentrant, but for a single thread only, and without priorities.
class LibSigc
{
public:
    static constexpr const char *name = "libsigc++";
    static constexpr bool isThreadSafe = false;
    static constexpr bool hasPriorities = false;

    using Handle = sigc::connection;

    template <class Handler>
    Handle add(Handler handler, int = 0)
    {
        return m_signal.connect(std::move(handler));
    }

    void remove(Handle connection) { connection.disconnect(); }
    void clear() { m_signal.clear(); }
    void notify(const Event &event) { m_signal.emit(event); }

private:
    sigc::signal<void(const Event &)> m_signal;
};

} // namespace SignalBoxBenchmark
