// SPDX-License-Identifier: MIT
#include <SignalBox/qt/sources/source.h>

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/routes/posting_p.h>
#include <SignalBox/qt/routes/registrylink.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

Source::Source(std::shared_ptr<RegistryLink> link, HandlersAtEnd handlersAtEnd)
    : m_link(std::move(link)), m_handlersAtEnd(handlersAtEnd), m_place(m_link->sources().enter())
{
}

Source::~Source()
{
    m_link->sources().leave(m_place);
    if (m_handlersAtEnd == HandlersAtEnd::Finish)
        HandlerVisit::run(m_link->registry(), Notification(Notification::Kind::SourceEnd, nullptr));
}

void Source::setConnection(const QMetaObject::Connection &connection)
{
    m_link->sources().setConnection(m_place, connection);
}

bool Source::isHeard() const noexcept
{
    return detail::isHeard(*m_link);
}

bool Source::isRegistryHere() const noexcept
{
    return m_link->isObjectHere();
}

void Source::post(void *value, EventMaker make) const
{
    postValue(m_link, value, make);
}

void Source::post(EventPointer event) const
{
    postEvent(m_link, std::move(event));
}

void Source::reportLost() const noexcept
{
    try {
        logLostEmission(m_link->name(), std::current_exception());
    } catch (...) {
        // Without memory, a line less.
    }
}

QString nameOf(const QMetaMethod &signal)
{
    return QLatin1String(signal.enclosingMetaObject()->className()) + QLatin1String("::") + QString::fromLatin1(signal.name());
}

} // namespace SignalBox::detail
