// SPDX-License-Identifier: MIT
//
// Four workers log up to 500 000 lines/s; a table of Qt Widgets shows them, follows the end, or stays where the user reads.
//
// The whole of it that concerns threads is throughsignalbox.cpp: workers post, and an EventModel shows a block of rows per frame.
// --compare runs the same load through what programs write without it: queuedsignals.cpp, throttle.cpp, byhand.cpp. --measure compares
// it with an idle window.

#include "comparison.h"
#include "floodoptions.h"
#include "logwindow.h"

#include <QtGui/qpixmap.h>
#include <QtWidgets/qapplication.h>

#include <cstdio>

namespace {

Measurement measure(Transport::Kind kind, int rate, const FloodOptions &options)
{
    LogWindow window(kind, rate);
    window.show();
    runFor(0.5); // the first frames lay the window out
    Measurement result;
    Meter meter;
    meter.start();
    runFor(options.seconds);
    window.stopWorkers();
    meter.stop(result);
    result.name = window.transport().name();
    result.sent = window.sent();
    result.shown = window.transport().shown();
    result.lost = window.transport().lost();
    for (const QString &source : window.transport().sources())
        result.lines += countLines(QStringLiteral(":/sources/") + source);
    return result;
}

} // namespace

int main(int argc, char *argv[])
{
    choosePlatform();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("logviewer"));
    const FloodOptions options = FloodOptions::read(
        application, {QStringLiteral("Shows the lines that four threads log. Without a display it runs for some seconds, and saves a picture of its window."),
                      20'000, 30'000, Workers::maximumRate});
    const QString title = QStringLiteral("%1 lines/s of four threads into a table, %2 s each").arg(grouped(options.rate)).arg(options.seconds);
    if (options.isCompared) {
        QList<Measurement> measurements;
        for (const auto kind : {Transport::Kind::QueuedSignals, Transport::Kind::BatchedSignals, Transport::Kind::Throttle,
                                Transport::Kind::ByHand, Transport::Kind::SignalBox})
            measurements.append(measure(kind, options.rate, options));
        return report(title, measurements, options.comparison) ? 0 : 1;
    }
    if (options.isMeasured) {
        Measurement idle = measure(Transport::Kind::SignalBox, 0, options);
        idle.name = QStringLiteral("an idle window");
        print(title, {idle, measure(Transport::Kind::SignalBox, options.rate, options)});
        return 0;
    }

    LogWindow window(Transport::Kind::SignalBox, options.rate);
    window.show();
    if (options.seconds == 0)
        return QApplication::exec();
    runFor(options.seconds);
    window.stopWorkers();
    runFor(0.3); // the counters, too
    std::fputs(qPrintable(QStringLiteral("sent %1, shown %2, lost %3\n").arg(window.sent()).arg(window.transport().shown()).arg(window.transport().lost())),
               stdout);
    if (options.screenshot.isEmpty())
        return 0;
    if (!window.grab().save(options.screenshot)) {
        std::fputs(qPrintable(QStringLiteral("logviewer: cannot save a picture as %1\n").arg(options.screenshot)), stderr);
        return 1;
    }
    std::fputs(qPrintable(QStringLiteral("saved %1\n").arg(options.screenshot)), stdout);
    return 0;
}
