// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/routetrace.h>

#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/tracer_p.h>
#include <SignalBox/qt/routes/registrylink.h>

#include <new>

namespace SignalBox::detail {

namespace {

std::atomic<std::uint32_t> lastNumber = 0;

} // namespace

TraceName RouteTrace::name(const HandlerReference &handler, const RegistryLink &link) noexcept
{
    if (const TraceName known = m_name.load(std::memory_order_relaxed))
        return known;
    try {
        const HandlerDescription description(handler);
        const QString registry = link.name();
        const TraceName found = Tracer::sliceName("handler", registry + QLatin1Char('/') + description.name(),
                                                  {{QStringLiteral("registry"), registry},
                                                   {QStringLiteral("handler"), description.name()},
                                                   {QStringLiteral("registeredAt"), description.fullPlace()}});
        m_name.store(found, std::memory_order_relaxed);
        return found;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

std::uint64_t RouteTrace::flowOf(const Event &event) noexcept
{
    if (event.traceNumber() == 0)
        return 0;
    std::uint32_t number = m_number.load(std::memory_order_relaxed);
    if (number == 0) {
        const std::uint32_t next = lastNumber.fetch_add(1, std::memory_order_relaxed) + 1;
        if (m_number.compare_exchange_strong(number, next, std::memory_order_relaxed))
            number = next;
    }
    return event.traceNumber() << 24 | (number & 0xffffff);
}

void RouteTrace::leave(const Event &event) noexcept
{
    if (const std::uint64_t flow = flowOf(event))
        Tracer::leaveFlow(flow);
}

void RouteTrace::arrive(const Notification &notification, std::chrono::steady_clock::time_point time) noexcept
{
    const Event *event = nullptr;
    if (notification.kind() == Notification::Kind::Delivery) {
        event = &notification.event();
    } else if (notification.kind() == Notification::Kind::Batch) {
        const Batch &batch = static_cast<const Batch &>(notification);
        const BatchItem &newest = batch.items()[batch.size() - 1];
        if (!newest.isValue()) // else it was posted before the trace began
            event = &newest.event();
    }
    if (const std::uint64_t flow = event ? flowOf(*event) : 0)
        Tracer::enterFlow(flow, time);
}

void RouteTrace::countLosses(const HandlerReference &handler, const RegistryLink &link, std::uint64_t losses) noexcept
{
    try {
        Tracer::count(Tracer::counterName(QStringLiteral("lost: ") + link.name() + QLatin1Char('/') + HandlerDescription(handler).name()),
                      losses);
    } catch (const std::bad_alloc &) {
        // A point less.
    }
}

} // namespace SignalBox::detail
