// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/routes/sourcelist.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

#include <memory>

namespace SignalBox::detail {

class RegistryLink;

/*!
    A signal that is a source of a registry: part of the function that Qt calls for an emission, on the emitting thread.

    It posts through the RegistryLink, not through the registry object, since that may be destroyed while an emission is under
    way on another thread. Qt's connection has the sender as its receiver: to Qt, a receiver that is destroyed on one thread
    while a signal is emitted on another is a race.
*/
class SIGNALBOX_QT_EXPORT Source
{
public:
    /*! What becomes of the registry's handlers when the source ends. */
    enum class HandlersAtEnd {
        Stay,
        Finish, // they end after what waits for them: the source is the only one of their events
    };

    /*! Throws std::bad_alloc. */
    Source(std::shared_ptr<RegistryLink> link, HandlersAtEnd handlersAtEnd);
    ~Source();
    Q_DISABLE_COPY_MOVE(Source)

    void setConnection(const QMetaObject::Connection &connection);

    /*! Whether an event would reach a handler or a follower. */
    bool isHeard() const noexcept;
    /*! Whether the registry object lives on the calling thread. */
    bool isRegistryHere() const noexcept;
    /*! Posts a value of the type of the registry's events, which is moved away. Throws as \a make does. */
    void post(void *value, EventMaker make) const;
    /*! Throws std::bad_alloc. */
    void post(EventPointer event) const;
    /*! Logs the exception that is being handled: there was no event. Exceptions must not reach the emission. */
    void reportLost() const noexcept;

private:
    const std::shared_ptr<RegistryLink> m_link;
    const HandlersAtEnd m_handlersAtEnd;
    const SourceList::Place m_place;
};

/*! "Class::signal" */
SIGNALBOX_QT_EXPORT QString nameOf(const QMetaMethod &signal);

} // namespace SignalBox::detail
