// SPDX-License-Identifier: MIT
#include <SignalBox/qt/registry/sourceconnection.h>

#include <SignalBox/qt/registry/registryobject.h>

namespace SignalBox {

bool SourceConnection::disconnect() noexcept
{
    const std::shared_ptr<RegistryObject> registry = m_registry.lock();
    // Qt changes the connection that it is given: a copy, so that threads may share this.
    const QMetaObject::Connection connection = m_connection;
    const bool hasEnded = QObject::disconnect(connection);
    if (registry)
        registry->clear();
    return hasEnded;
}

} // namespace SignalBox
