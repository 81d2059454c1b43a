// SPDX-License-Identifier: MIT
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>
#include <QtGui/qguiapplication.h>
#include <QtQml/qqmlapplicationengine.h>

int main(int argc, char *argv[])
{
    const QGuiApplication application(argc, argv);
    QQmlApplicationEngine engine;
    engine.addImportPath(QStringLiteral(SIGNALBOX_QML_IMPORT_PATH));
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Consumer/Main.qml")));
    const QObjectList windows = engine.rootObjects();
    return !windows.isEmpty() && windows.constFirst()->property("received").toInt() == 42 ? 0 : 1;
}
