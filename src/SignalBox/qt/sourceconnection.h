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
    \brief A signal that is a source of a registry: made by AsyncRegistry::addSource() and connect().

    Owns nothing: the connection stays when all copies of this are gone. It ends with the sender, with the registry, or by
    disconnect(); one that was made by connect() also ends with its handler and that handler's context. The sender's end drops
    nothing: what waits for handlers is delivered.

    \threadsafety Thread-safe, but for the assignment. The sender may emit, and be destroyed, on other threads meanwhile.
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
        Ends the connection. Returns whether this call has ended it. An emission that is under way on another thread may still
        post its event. For a connection that was made by connect(), what waits for the handler is dropped, also after the
        sender's end, and on the handler's own thread no call happens after this.
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
