// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/registry/handlerreference.h>
#    include <SignalBox/core/sourcelocation.h>
#    include <SignalBox/qt/backlogs/notification.h>
#    include <SignalBox/qt/routes/handlersettings.h>
#    include <SignalBox/qt/routes/routedhandler.h>
#endif
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/registry/handlertarget.h>

#include <QtCore/qglobal.h>

#include <memory>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
class QString;
QT_END_NAMESPACE

namespace SignalBox::detail {

class LastingCalls;
class Mailbox;
class RegistryLink;

/*!
    A handler on its way into a registry. All handlers of this layer are registered by it.

    Each constructor says where the handler runs. If it cannot run there, or its settings make no sense there, the constructor warns, and add()
    registers nothing. A registration refers to its settings and its location. All functions throw std::bad_alloc, and have changed nothing then.
*/
class SIGNALBOX_QT_EXPORT Registration
{
public:
    using Link = std::shared_ptr<RegistryLink>;

    /*! Inline. */
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location);
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location, QObject *context);
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                 ThreadTarget target);
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location, PoolTarget target);
    /*! The handler of a mailbox ends when it is unregistered, and not before. */
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location,
                 const std::shared_ptr<Mailbox> &mailbox);
    ~Registration();
    Q_DISABLE_COPY_MOVE(Registration)

    /*! Of a handler that returns a Task. */
    void setLastingCalls(std::shared_ptr<LastingCalls> calls) noexcept { m_lastingCalls = std::move(calls); }
    /*! Of a handler of a script: see AsyncHandlerInfo. It refers to \a place. */
    void setScriptPlace(const QString &place) noexcept { m_scriptPlace = &place; }

    /*! Registers a Call, which is a Propagation(const Notification &, RouteBase &) and is made of \a source. To be called once. */
    template <class Call, class Source>
    HandlerGuard add(Source &&source)
    {
        const typename RoutedHandler<Call>::template Parts<Source> parts{m_route, std::forward<Source>(source)};
        return addHandler(HandlerReference::sourceOf<Notification, RoutedHandler<Call>>(parts));
    }

private:
    struct Place;
    Registration(const Link &link, const HandlerSettings &settings, const SourceLocation &location, const Place &place);

    static Place inlinePlace(const HandlerSettings &settings);
    static Place placeOf(QObject *context, const HandlerSettings &settings);
    static Place placeOf(ThreadTarget target, const HandlerSettings &settings);
    static Place placeOf(PoolTarget target, const HandlerSettings &settings);
    static Place placeOf(const std::shared_ptr<Mailbox> &mailbox, const HandlerSettings &settings);
    HandlerGuard addHandler(const HandlerReference::Source &handler);
    void warn(const char *problem) const;

    const Link m_link; // a handler may destroy the registry at any time once it is there
    const HandlerSettings &m_settings;
    const SourceLocation &m_location;
    RouteBase *m_route = nullptr;           // this is an owner of it; null: refused
    QObject *m_watched = nullptr;           // its death ends the handler
    const QString *m_scriptPlace = nullptr; // null: C++ registers it
    std::shared_ptr<LastingCalls> m_lastingCalls;
};

} // namespace SignalBox::detail
