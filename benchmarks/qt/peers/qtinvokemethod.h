// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <functional>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// One queued QMetaObject::invokeMethod() per handler. The list of handlers does not change.
class QtInvokeMethod
{
public:
    static constexpr const char *name = "Qt invokeMethod";

    explicit QtInvokeMethod(TargetThread &target) : m_context(target.context()) {}

    template <class Handler>
    void add(Handler handler)
    {
        m_handlers.emplace_back(std::move(handler));
    }

    void notify(const Event &event)
    {
        for (const auto &handler : m_handlers)
            QMetaObject::invokeMethod(m_context, [&handler, event] { handler(event); }, Qt::QueuedConnection);
    }

private:
    QObject *m_context;
    std::vector<std::function<void(const Event &)>> m_handlers;
};

} // namespace SignalBoxBenchmark
