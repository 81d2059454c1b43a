// SPDX-License-Identifier: MIT
#include "floodoptions.h"

#include <QtCore/qcommandlineparser.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>
#include <QtGui/qguiapplication.h>

#include <cstdio>
#include <cstdlib>

FloodOptions FloodOptions::read(const QCoreApplication &application, const Defaults &defaults)
{
    const QString program = QCoreApplication::applicationName();
    QCommandLineParser parser;
    parser.setApplicationDescription(defaults.description);
    const QCommandLineOption rate(QStringLiteral("rate"), QStringLiteral("Events per second, up to %1.").arg(defaults.maximumRate),
                                  QStringLiteral("number"));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("End after so many seconds; of a comparison, each part."),
                                     QStringLiteral("number"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Save a picture of the window at the end."),
                                        QStringLiteral("file"));
    const QCommandLineOption compare(QStringLiteral("compare"), QStringLiteral("Measure the same load in several ways, print a table, and save it."));
    const QCommandLineOption measured(QStringLiteral("measure"), QStringLiteral("Measure the window idle and at the rate, and print a table."));
    const QCommandLineOption output(QStringLiteral("output"), QStringLiteral("Save the comparison as NAME.md and NAME.png."),
                                    QStringLiteral("NAME"));
    parser.addOptions({rate, seconds, screenshot, compare, measured, output});
    parser.addHelpOption();
    parser.process(application);

    const auto refuse = [&program](const QString &why) {
        std::fputs(qPrintable(QStringLiteral("%1: %2\nTry %1 --help.\n").arg(program, why)), stderr);
        std::exit(2);
    };
    FloodOptions options;
    options.isCompared = parser.isSet(compare);
    options.isMeasured = parser.isSet(measured);
    if (options.isCompared && options.isMeasured)
        refuse(QStringLiteral("--compare and --measure exclude each other"));
    options.rate = options.isCompared ? defaults.comparedRate : options.isMeasured ? defaults.maximumRate : defaults.rate;
    bool isNumber = true;
    if (parser.isSet(rate))
        options.rate = parser.value(rate).toInt(&isNumber);
    if (!isNumber || options.rate < 0 || options.rate > defaults.maximumRate)
        refuse(QStringLiteral("--rate needs a number from 0 to %1, not \"%2\"").arg(defaults.maximumRate).arg(parser.value(rate)));
    if (parser.isSet(seconds)) {
        options.seconds = parser.value(seconds).toDouble(&isNumber);
        if (!isNumber || !(options.seconds > 0 && options.seconds < 1e6))
            refuse(QStringLiteral("--seconds needs a number greater than 0, not \"%1\"").arg(parser.value(seconds)));
    }
    if (!parser.positionalArguments().isEmpty())
        refuse(QStringLiteral("unexpected argument: ") + parser.positionalArguments().constFirst());
    options.screenshot = parser.value(screenshot);
    options.comparison = parser.isSet(output) ? parser.value(output) : program + QStringLiteral("-comparison");
    const bool hasDisplay = QGuiApplication::platformName() != QStringLiteral("offscreen");
    if (options.seconds == 0 && (options.isCompared || options.isMeasured || !hasDisplay))
        options.seconds = options.isCompared ? 5 : options.isMeasured ? 30 : 4;
    if (options.screenshot.isEmpty() && !options.isCompared && !options.isMeasured && !hasDisplay)
        options.screenshot = program + QStringLiteral(".png");
    return options;
}

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

void runFor(double seconds)
{
    QEventLoop loop;
    QTimer::singleShot(qRound64(seconds * 1000), Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}
