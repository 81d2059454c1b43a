// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/routes/registrylink.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <QtCore/qglobal.h>

#include <cstdint>
#include <memory>

namespace SignalBox::detail {

/*!
    A post or notify, from here to the end of the scope. Besides the handlers, the trace is told of the event, and a registry that follows
    its events.

    The walk ends before this does. It may destroy the registry, so only the link is used.
*/
class Posting
{
public:
    /*! Throws std::bad_alloc. */
    Posting(const std::shared_ptr<RegistryLink> &link, const Event &event) : m_told(link, event), m_trace(*link, event) {}

private:
    // Tells a registry that follows its events of this one, at the end of the scope.
    class Told
    {
    public:
        Told(const std::shared_ptr<RegistryLink> &link, const Event &event)
        {
            if (!link->followsEvents())
                return;
            if (event.hasExtras() && !link->isObjectHere())
                event.prepareValue();
            m_link = link;
            event.addReference();
            m_event = EventPointer(&event);
        }
        ~Told()
        {
            if (m_link)
                m_link->tellEvent(std::move(m_event));
        }
        Q_DISABLE_COPY_MOVE(Told)

    private:
        std::shared_ptr<RegistryLink> m_link;
        EventPointer m_event;
    };

    // The post as the trace shows it; and the event's number, from which arrows lead.
    class Trace
    {
    public:
        Trace(RegistryLink &link, const Event &event) noexcept : Trace(link.isTraced() ? link.traceName() : 0, event) {}

    private:
        // The number comes first: it is of the file that the slice comes into, or of one before.
        Trace(TraceName name, const Event &event) noexcept : m_number(name ? Tracer::newEvent() : 0), m_slice(name)
        {
            if (m_number && event.hasExtras())
                event.setTraceNumber(m_number);
        }

        const std::uint64_t m_number;
        const TraceSlice m_slice;
    };

    const Told m_told;
    const Trace m_trace;
};

/*! Whether an event would reach a handler or a follower. */
bool isHeard(RegistryLink &link) noexcept;

/*! Calls the handlers, or forwards to them. Throws std::bad_alloc before any handler has the event. */
void postEvent(const std::shared_ptr<RegistryLink> &link, EventPointer &&event);

/*! The same for a value. It becomes an event unless the only handler keeps it. Also throws what \a make throws. */
void postValue(const std::shared_ptr<RegistryLink> &link, void *value, EventMaker make);

} // namespace SignalBox::detail
