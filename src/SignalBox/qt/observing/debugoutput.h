// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/dispatchreport.h>
#    include <SignalBox/core/handlerguard.h>
#    include <SignalBox/core/handlerid.h>
#    include <SignalBox/core/syncregistry.h>
#endif
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qdebug.h>

#include <cstddef>
#include <utility>

// What qDebug() << shows of ids, guards, reports and registries; registryobject.h has it for the registries of this layer. The same as on an std::ostream, where there is one.

namespace SignalBox {

/*! Writes "HandlerId(42)", or "HandlerId()" if it is invalid. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, HandlerId id);
/*! Writes "HandlerGuard(42)"; "HandlerGuard()" if it is empty, ", unregistered" if its handler is. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const HandlerGuard &guard);
/*! Writes "DispatchReport(called 3, failed 1, dropped 0)", and the handler that stopped it. */
SIGNALBOX_QT_EXPORT QDebug operator<<(QDebug debug, const DispatchReport &report);

namespace detail {
/*! Writes "Type(3 handlers)", or "Type("name", 3 handlers)". */
SIGNALBOX_QT_EXPORT QDebug writeRegistry(QDebug debug, const char *type, const QString &name, std::size_t handlerCount);
}

/*! Writes "SyncRegistry(3 handlers)". */
template <class E>
QDebug operator<<(QDebug debug, const SyncRegistry<E> &registry)
{
    return detail::writeRegistry(std::move(debug), "SyncRegistry", QString(), registry.handlerCount());
}

} // namespace SignalBox
