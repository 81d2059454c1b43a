// SPDX-License-Identifier: MIT
#pragma once

#include "../../handlers.h"
#include "../targetthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RealtimeSource>

#include <chrono>
#include <memory>
#include <utility>

namespace SignalBoxBenchmark {

// A RealtimeSource of a registry that lives on the target, and takes each millisecond. Its handlers run inline there.
class SignalBoxRealtime
{
public:
    static constexpr const char *name = "SignalBox";
    static constexpr qsizetype capacity = 1 << 15;

    explicit SignalBoxRealtime(TargetThread &target) : m_target(target)
    {
        m_target.run([this] {
            m_registry = std::make_unique<SignalBox::AsyncRegistry<Event>>();
            m_source = m_registry->addRealtimeSource(capacity, std::chrono::milliseconds(1));
        });
    }
    ~SignalBoxRealtime()
    {
        m_target.run([this] {
            m_source = {};
            m_registry.reset();
        });
    }
    Q_DISABLE_COPY_MOVE(SignalBoxRealtime)

    template <class Handler>
    void add(Handler handler)
    {
        m_registry->registerHandler(std::move(handler));
    }

    // The event is lost if there is no room.
    void notify(const Event &event) { m_source.offer(Event(event)); }

private:
    TargetThread &m_target;
    std::unique_ptr<SignalBox::AsyncRegistry<Event>> m_registry;
    SignalBox::RealtimeSource<Event> m_source;
};

} // namespace SignalBoxBenchmark
