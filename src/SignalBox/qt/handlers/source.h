// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/registrylink.h>
#include <SignalBox/qt/handlers/sourcelist.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobjectdefs.h>
#include <QtCore/qstring.h>

#include <memory>
#include <mutex>

namespace SignalBox::detail {

/*!
    A signal that is a source of a registry: part of the function that Qt calls for an emission, on the emitting thread.

    It posts through the RegistryLink, not through the registry object, since that may be destroyed while an emission is under
    way on another thread. Qt's connection has the sender as its receiver: to Qt, a receiver that is destroyed on one thread
    while a signal is emitted on another is a race.
*/
class SIGNALBOX_QT_EXPORT Source
{
public:
    /*! \a owner: lives as long as the source. Throws std::bad_alloc. */
    explicit Source(std::shared_ptr<RegistryLink> link, std::shared_ptr<void> owner = nullptr);
    ~Source();
    Q_DISABLE_COPY_MOVE(Source)

    void setConnection(const QMetaObject::Connection &connection);

    /*! Whether there are handlers. */
    bool isWanted() const noexcept { return !m_link->registry().isEmpty(); }
    Event::Extras extras() const noexcept { return m_link->wantsExtras() ? Event::Extras::Yes : Event::Extras::No; }
    void post(EventPointer event) const noexcept;
    /*! Logs the exception that is being handled: there was no event. Exceptions must not reach the emission. */
    void reportLost() const noexcept;

private:
    const std::shared_ptr<void> m_owner; // the last to go
    const std::shared_ptr<RegistryLink> m_link;
    const SourceList::Place m_place;
};

/*! "Class::signal" */
SIGNALBOX_QT_EXPORT QString nameOf(const QMetaMethod &signal);

/*! Ends a connection when its only handler ends. Shared by the handler and by the one that connects; each may be first. */
class SIGNALBOX_QT_EXPORT SourceEnd
{
public:
    SourceEnd() = default;
    Q_DISABLE_COPY_MOVE(SourceEnd)

    /*! The connection exists. Ends it if the handler has ended already. */
    void setConnection(const QMetaObject::Connection &connection) noexcept;
    /*! The handler has ended. */
    void finish() noexcept;

private:
    std::mutex m_mutex; // not held while Qt is called
    QMetaObject::Connection m_connection;
    bool m_isOver = false;
};

/*! A part of the handler: finishes a SourceEnd. */
class SourceEndOwner
{
public:
    explicit SourceEndOwner(std::shared_ptr<SourceEnd> end) noexcept : m_end(std::move(end)) {}
    SourceEndOwner(SourceEndOwner &&other) noexcept = default;
    SourceEndOwner(const SourceEndOwner &) = delete;
    SourceEndOwner &operator=(const SourceEndOwner &) = delete;
    ~SourceEndOwner()
    {
        if (m_end)
            m_end->finish();
    }

private:
    std::shared_ptr<SourceEnd> m_end; // null: moved from
};

} // namespace SignalBox::detail
