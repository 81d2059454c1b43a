// SPDX-License-Identifier: MIT
#pragma once

#include "../handlers.h"

#include <SignalBox/SyncRegistry>

#include <utility>

namespace SignalBoxBenchmark {

class SignalBoxRegistry
{
public:
    static constexpr const char *name = "SignalBox";
    static constexpr bool isThreadSafe = true;
    static constexpr bool hasPriorities = true;

    using Handle = SignalBox::HandlerId;

    template <class Handler>
    Handle add(Handler handler, int priority = 0)
    {
        return m_registry.registerHandler(std::move(handler), {.priority = priority});
    }

    template <class Handler>
    [[nodiscard]] SignalBox::HandlerGuard addGuard(Handler handler)
    {
        return m_registry.registerGuard(std::move(handler));
    }

    void remove(Handle handle) { m_registry.unregister(handle); }
    void clear() { m_registry.clear(); }
    void notify(const Event &event) const { m_registry.notify(event); }

private:
    SignalBox::SyncRegistry<Event> m_registry;
};

} // namespace SignalBoxBenchmark
