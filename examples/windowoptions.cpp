// SPDX-License-Identifier: MIT
#include "windowoptions.h"

#include "floodoptions.h"

#include <QtCore/qcommandlineparser.h>
#include <QtGui/qpixmap.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qwidget.h>

#include <cstdio>
#include <cstdlib>

WindowOptions WindowOptions::read(const QCoreApplication &application, const QString &description)
{
    const QString program = QCoreApplication::applicationName();
    QCommandLineParser parser;
    parser.setApplicationDescription(description);
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("End after so many seconds."),
                                     QStringLiteral("number"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"),
                                        QStringLiteral("Save a picture of the window at the end."),
                                        QStringLiteral("file"));
    parser.addOptions({seconds, screenshot});
    parser.addHelpOption();
    parser.process(application);

    const auto refuse = [&program](const QString &why) {
        std::fputs(qPrintable(QStringLiteral("%1: %2\nTry %1 --help.\n").arg(program, why)), stderr);
        std::exit(2);
    };
    WindowOptions options;
    if (parser.isSet(seconds)) {
        bool isNumber = true;
        options.seconds = parser.value(seconds).toDouble(&isNumber);
        if (!isNumber || !(options.seconds > 0 && options.seconds < 1e6))
            refuse(QStringLiteral("--seconds needs a number greater than 0, not \"%1\"").arg(parser.value(seconds)));
    }
    if (!parser.positionalArguments().isEmpty())
        refuse(QStringLiteral("unexpected argument: ") + parser.positionalArguments().constFirst());
    options.screenshot = parser.value(screenshot);
    const bool hasDisplay = QGuiApplication::platformName() != QStringLiteral("offscreen");
    if (options.seconds == 0 && !hasDisplay)
        options.seconds = 2;
    if (options.screenshot.isEmpty() && !hasDisplay)
        options.screenshot = program + QStringLiteral(".png");
    return options;
}

int showWindow(QWidget &window, const WindowOptions &options)
{
    window.show();
    if (options.seconds == 0)
        return QApplication::exec();
    runFor(options.seconds);
    if (options.screenshot.isEmpty())
        return 0;
    if (!window.grab().save(options.screenshot)) {
        std::fputs(qPrintable(QStringLiteral("%1: cannot save a picture as %2\n")
                                      .arg(QCoreApplication::applicationName(), options.screenshot)),
                   stderr);
        return 1;
    }
    std::fputs(qPrintable(QStringLiteral("saved %1\n").arg(options.screenshot)), stdout);
    return 0;
}
