// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qdebug.h>
#include <QtCore/qobject.h>
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

#include <memory>

// The object that a QML text describes, as if it stood in the file \a url. Null, and a warning with the errors, if it does
// not describe one.
inline std::unique_ptr<QObject> createObject(QQmlEngine &engine, const QByteArray &text, const QVariantMap &properties = {},
                                             const QUrl &url = QUrl(QStringLiteral("inline.qml")))
{
    QQmlComponent component(&engine);
    component.setData(text, url);
    std::unique_ptr<QObject> object(component.createWithInitialProperties(properties));
    if (!object)
        qWarning().noquote() << component.errorString();
    return object;
}
