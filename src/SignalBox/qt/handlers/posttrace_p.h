// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/registrylink.h>
#include <SignalBox/qt/tracing/tracer_p.h>

#include <cstdint>

namespace SignalBox::detail {

/*! A post or notify, from here to the end of the scope, as the trace shows it; and the event's number, from which arrows lead. */
class PostTrace
{
public:
    PostTrace(RegistryLink &link, const Event &event) noexcept
        : PostTrace(link.isTraced() ? link.traceName() : 0, event)
    {}

private:
    // The number comes first: it is of the file that the slice comes into, or of one before.
    PostTrace(TraceName name, const Event &event) noexcept : m_number(name ? Tracer::newEvent() : 0), m_slice(name)
    {
        if (m_number && event.hasExtras())
            event.setTraceNumber(m_number);
    }

    const std::uint64_t m_number;
    const TraceSlice m_slice;
};

} // namespace SignalBox::detail
