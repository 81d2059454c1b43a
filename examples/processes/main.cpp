// SPDX-License-Identifier: MIT
//
// All processes of the machine, ten times a second, in a table of Qt Widgets that can be sorted by any column: rows come and go, the
// selection and the current row stay with their processes.
//
// The whole of it that concerns threads and rows is throughsignalbox.cpp: a worker posts the list of all processes, and an EventModel
// changes only what differs. --compare runs as many invented processes as --rate says, of which one in a hundred changes and as many come and go,
// through what programs write without it: reset.cpp, proxy.cpp.

#include "comparison.h"
#include "floodoptions.h"
#include "processwindow.h"

#include <QtGui/qpixmap.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qtableview.h>

#include <cstdio>
#include <memory>

namespace {

Measurement measure(Way::Kind kind, int count, const FloodOptions &options)
{
    ProcessWindow window(kind, std::make_unique<InventedList>(count));
    window.show();
    runFor(1.5); // the first list is all new
    Measurement result;
    const int before = window.sent();
    Meter meter;
    meter.start();
    runFor(options.seconds);
    meter.stop(result);
    window.stop();
    result.sent = result.shown = window.sent() - before;
    result.name = window.way().name();
    for (const QString &source : window.way().sources())
        result.lines += countLines(QStringLiteral(":/sources/") + source);
    return result;
}

} // namespace

int main(int argc, char *argv[])
{
    choosePlatform();
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("processes"));
    const FloodOptions options = FloodOptions::read(
        application, {QStringLiteral("Shows the processes of the machine. Without a display it runs for some seconds, and saves a picture of its window."),
                      0, 100'000, 1'000'000});
    if (options.isCompared || options.isMeasured) {
        const QString title = QStringLiteral("lists of %1 rows, 10 a second, 1 % changed, 1 % come and go, sorted by what changes, %2 s each")
                                  .arg(grouped(options.rate)).arg(options.seconds);
        QList<Measurement> measurements;
        if (options.isCompared) {
            for (const auto kind : {Way::Kind::Reset, Way::Kind::Proxy})
                measurements.append(measure(kind, options.rate, options));
        }
        measurements.append(measure(Way::Kind::SignalBox, options.rate, options));
        if (options.isCompared)
            return report(title, measurements, options.comparison) ? 0 : 1;
        print(title, measurements);
        return 0;
    }

    ProcessWindow window(Way::Kind::SignalBox, std::make_unique<MachineList>());
    window.show();
    if (options.seconds == 0)
        return QApplication::exec();
    runFor(options.seconds);
    std::fputs(qPrintable(QStringLiteral("%1 processes, %2 lists\n").arg(window.view().model()->rowCount()).arg(window.sent())), stdout);
    if (options.screenshot.isEmpty())
        return 0;
    if (!window.grab().save(options.screenshot)) {
        std::fputs(qPrintable(QStringLiteral("processes: cannot save a picture as %1\n").arg(options.screenshot)), stderr);
        return 1;
    }
    std::fputs(qPrintable(QStringLiteral("saved %1\n").arg(options.screenshot)), stdout);
    return 0;
}
