// SPDX-License-Identifier: MIT
#pragma once

#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <utility>

// What handlers refer to in the programs that free it right after a wait, and handlers that do.

namespace Stress {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;

// What handlers refer to. Plain memory: a use that is not ordered before the destruction is a race that
// ThreadSanitizer reports, and a use after the destruction is one that everybody notices.
class Target
{
public:
    Target() = default;
    Target(const Target &) = delete;
    Target &operator=(const Target &) = delete;
    ~Target()
    {
        checkLeft();
        m_mark = deadMark;
    }

    void touch() const
    {
        m_inside.fetch_add(1, std::memory_order_relaxed);
        for (int i = 0; i < 4; ++i)
            STRESS_CHECK(m_mark == aliveMark);
        m_touches.fetch_add(1, std::memory_order_relaxed);
        m_inside.fetch_sub(1, std::memory_order_relaxed);
    }
    void checkLeft() const { STRESS_CHECK(m_inside.load(std::memory_order_relaxed) == 0); }
    void waitUntilTouched() const
    {
        waitUntil([this] { return m_touches.load(std::memory_order_relaxed) != 0; });
    }

private:
    static constexpr std::uint64_t aliveMark = 0xA11CEA11CEA11CE0U;
    static constexpr std::uint64_t deadMark = 0xDEADDEADDEADDEADU;

    volatile std::uint64_t m_mark = aliveMark;
    mutable std::atomic<int> m_inside{0};
    mutable std::atomic<std::uint32_t> m_touches{0};
};

// A capture that needs no destructor.
struct Touch
{
    const Target *target;
    void operator()(const int &) const { target->touch(); }
};

// One that does, and that touches the target in its destructor too: that must be over as well.
class TouchToTheLast
{
public:
    explicit TouchToTheLast(const Target *target) noexcept : m_target(target) {}
    TouchToTheLast(TouchToTheLast &&other) noexcept : m_target(std::exchange(other.m_target, nullptr)) {}
    ~TouchToTheLast()
    {
        if (m_target)
            m_target->touch();
    }
    void operator()(const int &) const { m_target->touch(); }

private:
    const Target *m_target;
};

// Registers one of the two through add(handler).
template <class Add>
auto addEither(Random &random, const Target *target, Add &&add)
{
    return random.oneIn(2) ? add(Touch{target}) : add(TouchToTheLast{target});
}

inline HandlerId add(SyncRegistry<int> &registry, Random &random, const Target *target)
{
    const int priority = static_cast<int>(random.below(3));
    return addEither(random, target, [&](auto &&handler) {
        return registry.registerHandler(std::move(handler), {.priority = priority});
    });
}

inline HandlerGuard addGuard(SyncRegistry<int> &registry, Random &random, const Target *target, bool once = false)
{
    const int priority = static_cast<int>(random.below(3));
    return addEither(random, target, [&](auto &&handler) {
        return registry.registerGuard(std::move(handler), {.priority = priority, .once = once});
    });
}

// For Background: there are two such threads.
inline constexpr unsigned notifierCount = 2;
struct NotifyForEver
{
    SyncRegistry<int> &registry;
    void operator()(unsigned) const { registry.notify(0); }
};

} // namespace Stress
