// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/source.h>

#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/handlers/notification.h>

#include <QtCore/qobject.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

Source::Source(std::shared_ptr<RegistryLink> link, std::shared_ptr<void> owner)
    : m_owner(std::move(owner)), m_link(std::move(link)), m_place(m_link->sources().enter())
{
}

Source::~Source()
{
    m_link->sources().leave(m_place);
}

void Source::setConnection(const QMetaObject::Connection &connection)
{
    m_link->sources().setConnection(m_place, connection);
}

void Source::post(EventPointer event) const noexcept
{
    Walk walk(std::move(event), Walk::Report::No);
    m_link->registry().notify(walk);
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

void SourceEnd::setConnection(const QMetaObject::Connection &connection) noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_connection = connection;
        if (!m_isOver)
            return;
    }
    QObject::disconnect(connection);
}

void SourceEnd::finish() noexcept
{
    QMetaObject::Connection connection;
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
        connection = m_connection;
    }
    QObject::disconnect(connection);
}

} // namespace SignalBox::detail
