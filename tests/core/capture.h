// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <utility>

// Something for a handler to capture whose end runs a function: `handler = [capture = atEnd(f)](const E &) { ... }`.
template <class F>
std::shared_ptr<void> atEnd(F function)
{
    return {nullptr, [function = std::move(function)](void *) mutable { function(); }};
}

// Counts the live copies of what it gives out.
class CaptureCounter
{
public:
    class Capture
    {
    public:
        explicit Capture(CaptureCounter &counter) noexcept : m_counter(&counter) { ++m_counter->m_alive; }
        Capture(const Capture &other) noexcept : Capture(*other.m_counter) {}
        Capture &operator=(const Capture &) = delete;
        ~Capture() { --m_counter->m_alive; }

    private:
        CaptureCounter *m_counter;
    };

    Capture capture() noexcept { return Capture(*this); }
    int alive() const noexcept { return m_alive; }

private:
    int m_alive = 0;
};
