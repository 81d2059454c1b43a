// SPDX-License-Identifier: MIT
//
// Shows Main.qml. --screenshot FILE: saves a picture instead, after a few key presses.
#include <QtCore/qcommandlineparser.h>
#include <QtCore/qtimer.h>
#include <QtGui/qevent.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qimage.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickwindow.h>

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
    engine.load(QUrl(QStringLiteral("qrc:/Notifications/Main.qml")));
    auto *const window = engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    if (!window)
        return 1; // the engine has said why
    if (!parser.isSet(screenshot))
        return QGuiApplication::exec();

    int result = 1;
    const auto takePicture = [&] {
        result = window->grabWindow().save(parser.value(screenshot)) ? 0 : 1;
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
