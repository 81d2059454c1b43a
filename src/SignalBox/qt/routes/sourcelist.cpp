// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/sourcelist.h>

#include <QtCore/qobject.h>

namespace SignalBox::detail {

SourceList::Place SourceList::enter()
{
    const std::lock_guard lock(m_mutex);
    return m_connections.emplace(m_connections.end());
}

void SourceList::setConnection(Place place, const QMetaObject::Connection &connection)
{
    const std::lock_guard lock(m_mutex);
    *place = connection;
}

void SourceList::leave(Place place) noexcept
{
    std::list<QMetaObject::Connection> left;
    const std::lock_guard lock(m_mutex);
    left.splice(left.begin(), m_connections, place);
}

void SourceList::disconnectAll() noexcept
{
    std::unique_lock lock(m_mutex);
    // A source may stay until an emission on another thread has ended: each is looked at once.
    for (auto count = m_connections.size(); count != 0 && !m_connections.empty(); --count) {
        m_connections.splice(m_connections.end(), m_connections, m_connections.begin());
        const QMetaObject::Connection connection = m_connections.back();
        lock.unlock();
        QObject::disconnect(connection);
        lock.lock();
    }
}

} // namespace SignalBox::detail
