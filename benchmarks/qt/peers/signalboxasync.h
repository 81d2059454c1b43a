// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <utility>

namespace SignalBoxBenchmark {

class SignalBoxAsync
{
public:
    static constexpr const char *name = "SignalBox";

    explicit SignalBoxAsync(TargetThread &target) : m_context(target.context()) {}

    template <class Handler>
    void add(Handler handler, SignalBox::Backlog backlog = {})
    {
        m_registry.registerHandler(m_context, std::move(handler), {.backlog = backlog});
    }

    template <class Handler>
    void addForBatches(Handler handler)
    {
        m_registry.registerHandler(m_context, [handler](const SignalBox::EventBatch<Event> &batch) { handler(batch); });
    }

    void notify(const Event &event) { m_registry.post(event); }

private:
    QObject *m_context;
    SignalBox::AsyncRegistry<Event> m_registry;
};

} // namespace SignalBoxBenchmark
