// SPDX-License-Identifier: MIT
#include <SignalBox/QmlRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlengine.h>

#include <memory>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QQmlEngine engine;
    engine.addImportPath(QStringLiteral(SIGNALBOX_QML_IMPORT_PATH));
    QQmlComponent component(&engine);
    component.setData("import QtQml\nimport SignalBox\nQmlRegistry { Component.onCompleted: notify(42) }", QUrl());
    const std::unique_ptr<QObject> root(component.create());
    if (!root)
        qFatal("%s", qPrintable(component.errorString()));
    // The registry of QML is the class of the header.
    return qobject_cast<SignalBox::QmlRegistry *>(root.get()) ? 0 : 1;
}
