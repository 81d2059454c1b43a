// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/list/handlernode.h>
#include <SignalBox/core/waitreport.h>

#include <chrono>

// The sleep of somebody who waits for a handler, and the report after one second of it.

namespace SignalBox::detail {

template <class Platform>
class WaitWarning
{
    using Node = HandlerNode<Platform>;
    using Record = HazardRecord<Platform>;
    using Clock = std::chrono::steady_clock;

public:
    // `own` may be null: the thread has never notified.
    WaitWarning(const Node *awaited, const Record *own) noexcept : m_awaited(awaited), m_own(own) {}

    // Until `word` no longer is `seen`, or for some other reason; reports when the second is over.
    void sleep(const typename Platform::template Atomic<std::uint32_t> &word, std::uint32_t seen) noexcept
    {
        if (m_deadline == Clock::time_point{})
            m_deadline = Clock::now() + std::chrono::seconds(1);
        if (Platform::wait(word, seen, m_deadline))
            return;
        m_deadline = Clock::time_point::max();
        reportLongWait(report());
    }

    // What a wait for more than a second is reported by.
    WaitReport report() const noexcept { return {describe(*m_awaited), callerHandler()}; }

private:
    static WaitReport::Handler describe(const Node &node) noexcept { return {node.id, node.name, node.registeredAt, node.scriptPlace}; }

    // The innermost handler that the waiting thread itself is in.
    WaitReport::Handler callerHandler() const noexcept
    {
        const Node *node = m_own ? m_own->innermostHandler() : nullptr;
        // Alive: this thread is inside of it.
        return node ? describe(*node) : WaitReport::Handler{};
    }

    const Node *m_awaited;
    const Record *m_own;
    Clock::time_point m_deadline{};
};

} // namespace SignalBox::detail
