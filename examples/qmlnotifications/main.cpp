// SPDX-License-Identifier: MIT
//
// Notes that come from anywhere, and a window that lists them, flashes for alarms, and holds back the rest on demand: Main.qml
// has all of it, this only shows it.
//
//     qmlnotifications [--screenshot FILE]        saves a picture instead, after a few key presses; without a display, too
//
// What makes it work: a RegistryHandler lives and dies with the item it stands in; handlers run in the order of their
// priorities, one that returns SignalBox.Stop is the last, and a filter says which events a handler gets.

#include <QtCore/qcommandlineparser.h>
#include <QtCore/qtimer.h>
#include <QtGui/qevent.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qimage.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickwindow.h>

#include <cstdio>

namespace {

void press(QQuickWindow *window, Qt::Key key)
{
    QKeyEvent pressed(QEvent::KeyPress, key, Qt::NoModifier);
    QKeyEvent released(QEvent::KeyRelease, key, Qt::NoModifier);
    QCoreApplication::sendEvent(window, &pressed);
    QCoreApplication::sendEvent(window, &released);
}

// Info, warning, alarm; then alarms only, a warning that is held back, and an alarm.
void tryAllKeys(QQuickWindow *window)
{
    for (const int step : {0, 1, 1, 1, 2, 1}) {
        for (int i = 0; i < step; ++i)
            press(window, Qt::Key_Tab);
        press(window, Qt::Key_Space);
    }
}

} // namespace

int main(int argc, char *argv[])
{
    QGuiApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Save a picture and quit."),
                                        QStringLiteral("FILE"));
    parser.addOption(screenshot);
    parser.process(application);

    QQmlApplicationEngine engine;
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Notifications/Main.qml")));
    auto *const window = engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    if (!window)
        return 1; // the engine has said why
    QString fileName = parser.value(screenshot);
    if (fileName.isEmpty() && QGuiApplication::platformName() == QStringLiteral("offscreen"))
        fileName = QStringLiteral("qmlnotifications.png"); // nobody sees the window, or could close it
    if (fileName.isEmpty())
        return QGuiApplication::exec();

    int result = 1;
    const auto takePicture = [&] {
        if (window->grabWindow().save(fileName)) {
            result = 0;
            std::printf("saved %s\n", qPrintable(fileName));
        } else {
            std::fprintf(stderr, "cannot save a picture as %s\n", qPrintable(fileName));
        }
        QCoreApplication::quit();
    };
    const auto start = [&] {
        tryAllKeys(window);
        QTimer::singleShot(800, window, takePicture); // when the alarm has stopped flashing
    };
    // Keys go to the item with the focus, once there is one.
    QObject::connect(window, &QQuickWindow::activeFocusItemChanged, window, start,
                     Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
    window->requestActivate();
    QGuiApplication::exec();
    return result;
}
