// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/observing/tracebuffer_p.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace SignalBox::detail {

class RegistryLink;

/*! A handler in the trace: its name, and the arrows that lead to its deliveries. Thread-safe. */
class RouteTrace
{
public:
    /*! The name of the handler's calls in the trace. 0: there is no memory for it. */
    TraceName name(const HandlerReference &handler, const RegistryLink &link) noexcept;
    /*! The event is on its way to the handler: an arrow begins. */
    void leave(const Event &event) noexcept;
    /*! The handler is called: an arrow ends. */
    void arrive(const Notification &notification, std::chrono::steady_clock::time_point time) noexcept;
    static void countLosses(const HandlerReference &handler, const RegistryLink &link, std::uint64_t losses) noexcept;

private:
    // The number of the arrow. 0: the event is not in the trace.
    std::uint64_t flowOf(const Event &event) noexcept;

    std::atomic<TraceName> m_name = 0; // 0: not known yet; relaxed: the tracer's mutex orders what it stands for
    std::atomic<std::uint32_t> m_number = 0; // among all handlers; 0: none yet
};

} // namespace SignalBox::detail
