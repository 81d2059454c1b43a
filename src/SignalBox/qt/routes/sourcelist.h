// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qobjectdefs.h>

#include <list>
#include <mutex>

namespace SignalBox::detail {

/*!
    The connections by which signals are sources of one registry. Each Source enters itself and leaves when Qt lets go of it,
    on whichever thread ends the connection. Thread-safe; the mutex is never held while Qt is called.
*/
class SIGNALBOX_QT_EXPORT SourceList
{
public:
    using Place = std::list<QMetaObject::Connection>::iterator;

    Place enter();
    void setConnection(Place place, const QMetaObject::Connection &connection);
    void leave(Place place) noexcept;

    /*! The registry goes. An emission under way on another thread still ends in what its Source keeps. */
    void disconnectAll() noexcept;

private:
    std::mutex m_mutex;
    std::list<QMetaObject::Connection> m_connections;
};

} // namespace SignalBox::detail
