// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"

#include <SignalBox/AsyncRegistry>

#include <utility>

namespace SignalBoxBenchmark {

// Handlers that run on the notifying thread.
class SignalBoxInline
{
public:
    static constexpr const char *name = "SignalBox";

    template <class Handler>
    void add(Handler handler)
    {
        m_registry.registerHandler(std::move(handler));
    }

    void notify(const Event &event) { m_registry.post(event); }
    QFuture<SignalBox::DispatchReport> notifyWithFuture(const Event &event) { return m_registry.notify(event); }

protected:
    SignalBox::AsyncRegistry<Event> m_registry;
};

} // namespace SignalBoxBenchmark
