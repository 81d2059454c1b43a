// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qml/qml_export.h>

#include <QtCore/qobject.h>
#include <QtQml/qqmlregistration.h>

namespace SignalBox {

/*!
    \class SignalBox::QmlBacklog
    \qmltype Backlog
    \brief A name of version 0.2. It has no values any more, so that RegistryHandler can say what to write in place of `Backlog.Throttled` and the
    others: newest, oldest, key, every and quietFor.

    \plainvalue

    \code{.qml}
    RegistryHandler {
        registry: bus
        newest: 1
        every: 100
        handler: event => page.show(event)
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT QmlBacklog : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(Backlog)
    QML_UNCREATABLE("Backlog has no values any more: write newest, oldest, key, every and quietFor.")
};

} // namespace SignalBox
