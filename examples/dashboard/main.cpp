// SPDX-License-Identifier: MIT
//
// Live values of the machine through all layers, and floods of events for one window: README.md beside this says how.
//
// What makes it work: threads post and never wait; the window's handlers have backlogs, so they get what they can show, and
// its thread gives way to painting. This file reads the options, and ends the program in order.

#include "dashboard.h"
#include "options.h"
#include "recording.h"
#include "samplesource.h"

#include <SignalBox/OsSignals>

#include <QtCore/qcoreevent.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qimage.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickwindow.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

namespace {

enum ExitCode { Success = 0, Failure = 1, BadArguments = 2 };

void print(std::FILE *file, const QString &text)
{
    std::fputs(qPrintable(text), file);
}

// Qt's offscreen platform where there is no display, so that the program runs on servers and in tests.
void choosePlatform()
{
#if defined(Q_OS_UNIX) && !defined(Q_OS_DARWIN)
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") && qEnvironmentVariableIsEmpty("DISPLAY")
        && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
#endif
    if (qgetenv("QT_QPA_PLATFORM") == "offscreen" && qEnvironmentVariableIsEmpty("QT_QUICK_BACKEND"))
        qputenv("QT_QUICK_BACKEND", "software");
}

// Calls a function before a window closes.
class CloseFilter : public QObject
{
public:
    explicit CloseFilter(std::function<void()> function) : m_function(std::move(function)) {}

    bool eventFilter(QObject *window, QEvent *event) override
    {
        if (event->type() == QEvent::Close)
            m_function();
        return QObject::eventFilter(window, event);
    }

private:
    const std::function<void()> m_function;
};

std::unique_ptr<SampleSource> openSource(const Options &options, QString *error)
{
    if (options.replay.isEmpty() && QFileInfo::exists(options.proc + QStringLiteral("/stat")))
        return machineSource(options.proc);
    const bool isOwn = options.replay.isEmpty();
    const QString fileName = isOwn ? QStringLiteral(":/qt/qml/Dashboard/recorded.samples") : options.replay;
    const QList<Sample> samples = Recording::read(fileName, error);
    if (samples.isEmpty())
        return nullptr;
    return replaySource(samples, isOwn ? QStringLiteral("replay of the recording inside, as %1 is missing").arg(options.proc)
                                       : QStringLiteral("replay of ") + fileName);
}

} // namespace

int main(int argc, char *argv[])
{
    choosePlatform();
    QGuiApplication application(argc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("dashboard"));
    QThread::currentThread()->setObjectName(QStringLiteral("GUI"));

    Options options = Options::parse(QGuiApplication::arguments());
    if (!options.text.isEmpty()) {
        print(stdout, options.text);
        return Success;
    }
    QString error = options.error;
    std::unique_ptr<SampleSource> source;
    if (error.isEmpty())
        source = openSource(options, &error);
    std::optional<Recording::Writer> recorder;
    if (error.isEmpty() && !options.record.isEmpty()) {
        recorder.emplace(options.record);
        error = recorder->error();
    }
    if (!error.isEmpty()) {
        print(stderr, QStringLiteral("dashboard: %1\nTry dashboard --help.\n").arg(error));
        return BadArguments;
    }
    if (QGuiApplication::platformName() == QStringLiteral("offscreen")) {
        if (options.seconds == 0)
            options.seconds = 4;
        if (options.screenshot.isEmpty())
            options.screenshot = QStringLiteral("dashboard.png");
    }

    Dashboard dashboard(std::move(source), recorder ? &*recorder : nullptr);
    QQmlApplicationEngine engine;
    engine.setInitialProperties({{QStringLiteral("dashboard"), QVariant::fromValue(&dashboard)},
                                 {QStringLiteral("scheme"), options.scheme}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Dashboard/Main.qml")));
    auto *const window = engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(engine.rootObjects().constFirst());
    if (!window)
        return Failure; // the engine has said why

    QImage picture;
    bool isFinished = false;
    const auto finish = [&] {
        if (std::exchange(isFinished, true))
            return;
        dashboard.stop();
        dashboard.deliverWhatWaits();
        if (!options.screenshot.isEmpty())
            picture = window->grabWindow();
    };
    // To quit closes the window, and one that is closed cannot be drawn by every backend.
    CloseFilter closeFilter(finish);
    window->installEventFilter(&closeFilter);
    QObject::connect(&application, &QCoreApplication::aboutToQuit, window, finish);
    // Ctrl+C and SIGTERM leave as the end of the time does.
    if (SignalBox::OsSignals::isSupported())
        SignalBox::OsSignals::instance()->quitOnTermination();
    if (options.seconds > 0)
        QTimer::singleShot(qRound64(options.seconds * 1000), &application, &QCoreApplication::quit);

    dashboard.flood()->setTransport(options.isQueued ? Flood::Transport::QueuedSignals : Flood::Transport::Registry);
    dashboard.flood()->setRate(options.rate);
    if (options.isCompared) {
        const double half = options.seconds > 0 ? options.seconds / 2 : FrameClock::memory.count();
        QTimer::singleShot(qRound64(half * 1000), dashboard.flood(), [&dashboard] {
            dashboard.flood()->setTransport(Flood::Transport::Registry);
        });
    }
    // The first frame takes long, and is nobody's flood.
    QObject::connect(window, &QQuickWindow::frameSwapped, &dashboard, &Dashboard::reset,
                     Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
    dashboard.start();
    QGuiApplication::exec();

    print(stdout, dashboard.summary());
    if (!options.screenshot.isEmpty()) {
        if (!picture.save(options.screenshot)) {
            print(stderr, QStringLiteral("dashboard: cannot save a picture as %1\n").arg(options.screenshot));
            return Failure;
        }
        print(stdout, QStringLiteral("saved %1, %2 x %3\n").arg(options.screenshot).arg(picture.width()).arg(picture.height()));
    }
    if (recorder && !recorder->error().isEmpty()) {
        print(stderr, QStringLiteral("dashboard: %1\n").arg(recorder->error()));
        return Failure;
    }
    return Success;
}
