// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qobjectdefs.h>

#include <memory>
#include <utility>

namespace SignalBox {

class RegistryObject;

/*!
    \class SignalBox::SourceConnection
    \brief The connection of a signal to a registry, or to a handler: the result of AsyncRegistry::addSource() and connect().

    Destroying this object does not disconnect. The connection ends with the sender, with the registry, or by
    disconnect(). A connection of connect() also ends with its handler and with the context. When the sender is destroyed, nothing is
    dropped: waiting events are delivered.

    QObject::disconnect() with the registry or the context as the receiver does not end it, as Qt does not know them. Without a receiver,
    as in `sender.disconnect()`, it ends all connections of the sender, and this one too.

    \threadsafety Thread-safe, except for assignment. The sender may emit, and be destroyed, on other threads meanwhile.
    \cost disconnect() costs as much as QObject::disconnect().
    \lifetime May outlive the sender and the registry.
    \errors No member throws. A connection that was refused is false.

    \code
    SignalBox::SourceConnection connection = readings.addSource(&sensor, &Sensor::measured);
    Q_EMIT sensor.measured(0.5); // posts an event
    connection.disconnect();
    \endcode
*/
class SIGNALBOX_QT_EXPORT SourceConnection
{
public:
    /*! No connection. */
    SourceConnection() noexcept = default;

    /*!
        Ends the connection. Returns whether this call has ended it. If another thread is emitting the signal, that emission may still
        post its event. For a connection of connect(), it drops the events that wait for the handler, even if the
        sender was destroyed before. On the handler's own thread, no call happens after this.
    */
    bool disconnect() noexcept;

    /*! Whether emissions are posted. May be out of date on return. */
    explicit operator bool() const noexcept { return static_cast<bool>(m_connection); }

    //! \cond For the library
    explicit SourceConnection(QMetaObject::Connection connection, std::weak_ptr<RegistryObject> registry = {}) noexcept
        : m_connection(std::move(connection)), m_registry(std::move(registry))
    {
    }
    //! \endcond

private:
    QMetaObject::Connection m_connection;
    std::weak_ptr<RegistryObject> m_registry; // of connect()
};

} // namespace SignalBox
