// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <new>

// The part of Route that tells a trace what it does.

namespace SignalBox::detail {

namespace {

std::atomic<std::uint32_t> lastNumber = 0;

} // namespace

std::uint32_t Route::traceName() noexcept
{
    if (const std::uint32_t known = m_traceName.load(std::memory_order_relaxed))
        return known;
    try {
        const HandlerDescription description(m_handler);
        const QString registry = m_link->name();
        const QString handler = description.name();
        const TraceName found = Tracer::sliceName("handler", registry + QLatin1Char('/') + handler,
                                                  {{QStringLiteral("registry"), registry},
                                                   {QStringLiteral("handler"), handler},
                                                   {QStringLiteral("registeredAt"), description.fullPlace()}});
        m_traceName.store(found, std::memory_order_relaxed);
        return found;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

std::uint64_t Route::flowOf(const Event &event) noexcept
{
    if (event.traceNumber() == 0)
        return 0;
    std::uint32_t number = m_traceNumber.load(std::memory_order_relaxed);
    if (number == 0) {
        const std::uint32_t next = lastNumber.fetch_add(1, std::memory_order_relaxed) + 1;
        if (m_traceNumber.compare_exchange_strong(number, next, std::memory_order_relaxed))
            number = next;
    }
    return event.traceNumber() << 24 | (number & 0xffffff);
}

void Route::traceForward(const Event &event) noexcept
{
    if (const std::uint64_t flow = flowOf(event))
        Tracer::leaveFlow(flow);
}

void Route::traceArrival(const Notification &notification, std::chrono::steady_clock::time_point time) noexcept
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

void Route::traceLosses() noexcept
{
    try {
        Tracer::count(Tracer::counterName(QStringLiteral("lost: ") + m_link->name() + QLatin1Char('/') + HandlerDescription(m_handler).name()),
                      m_statistics.losses());
    } catch (const std::bad_alloc &) {
        // A point less.
    }
}

} // namespace SignalBox::detail
