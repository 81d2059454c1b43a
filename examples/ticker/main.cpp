// SPDX-License-Identifier: MIT
//
// Four threads send up to 1 000 000 quotes/s of 5000 symbols; a TableView shows the newest of each.
//
// The whole of it that concerns threads is throughsignalbox.cpp: the threads post, and an EventModel with a key changes its rows
// once per frame. In Main.qml two handlers of QML listen to the same registry. --compare runs the same load through what
// programs write without it: queuedsignals.cpp, throttle.cpp, byhand.cpp.

#include "comparison.h"
#include "floodoptions.h"
#include "ticker.h"

#include <QtGui/qguiapplication.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickwindow.h>

#include <cstdio>

namespace {

// The window of a ticker; null, and the engine has said why.
class Window
{
public:
    explicit Window(Ticker &ticker)
    {
        m_engine.setInitialProperties({{QStringLiteral("ticker"), QVariant::fromValue(&ticker)}});
        m_engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Ticker/Main.qml")));
    }
    QQuickWindow *get() const
    {
        return m_engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(m_engine.rootObjects().constFirst());
    }

private:
    QQmlApplicationEngine m_engine;
};

Measurement measure(Way::Kind kind, int rate, const FloodOptions &options)
{
    Ticker ticker(kind, rate);
    const Window window(ticker);
    if (!window.get())
        std::exit(1);
    runFor(0.5); // the first frames lay the window out
    Measurement result;
    Meter meter;
    meter.start();
    runFor(options.seconds);
    if (!ticker.finish())
        std::fputs("ticker: the last quotes were not shown within half a minute\n", stderr);
    meter.stop(result);
    result.name = ticker.way().name();
    result.sent = ticker.sent();
    result.shown = ticker.shown();
    result.lost = result.sent - result.shown;
    for (const QString &source : ticker.way().sources())
        result.lines += countLines(QStringLiteral(":/sources/") + source);
    return result;
}

} // namespace

int main(int argc, char *argv[])
{
    choosePlatform();
    QGuiApplication application(argc, argv);
    QGuiApplication::setApplicationName(QStringLiteral("ticker"));
    const FloodOptions options = FloodOptions::read(
        application, {QStringLiteral("Shows the newest quotes of 5000 symbols. Without a display it runs for some seconds, and saves a picture of its window."),
                      100'000, 200'000, Exchange::maximumRate});
    const QString title = QStringLiteral("%1 quotes/s of 5000 symbols into a table, %2 s each; lost: replaced by newer ones")
                              .arg(grouped(options.rate)).arg(options.seconds);
    if (options.isCompared) {
        QList<Measurement> measurements;
        for (const auto kind : {Way::Kind::QueuedSignals, Way::Kind::Throttle, Way::Kind::ByHand, Way::Kind::SignalBox})
            measurements.append(measure(kind, options.rate, options));
        return report(title, measurements, options.comparison) ? 0 : 1;
    }
    if (options.isMeasured) {
        Measurement idle = measure(Way::Kind::SignalBox, 0, options);
        idle.name = QStringLiteral("an idle window");
        print(title, {idle, measure(Way::Kind::SignalBox, options.rate, options)});
        return 0;
    }

    Ticker ticker(Way::Kind::SignalBox, options.rate);
    ticker.setDelisting(true);
    ticker.sort(ChangeColumn, Qt::DescendingOrder);
    const Window window(ticker);
    if (!window.get())
        return 1;
    if (options.seconds == 0)
        return QGuiApplication::exec();
    runFor(options.seconds);
    const QImage picture = options.screenshot.isEmpty() ? QImage() : window.get()->grabWindow();
    const bool isShown = ticker.finish();
    std::fputs(qPrintable(QStringLiteral("sent %1, shown %2, last quotes %3\n").arg(ticker.sent()).arg(ticker.shown())
                              .arg(isShown ? QStringLiteral("shown") : QStringLiteral("missing"))), stdout);
    if (options.screenshot.isEmpty())
        return 0;
    if (!picture.save(options.screenshot)) {
        std::fputs(qPrintable(QStringLiteral("ticker: cannot save a picture as %1\n").arg(options.screenshot)), stderr);
        return 1;
    }
    std::fputs(qPrintable(QStringLiteral("saved %1\n").arg(options.screenshot)), stdout);
    return 0;
}
