// SPDX-License-Identifier: MIT
#include "options.h"

#include "flood.h"

#include <QtCore/qcommandlineparser.h>

#include <cmath>

Options Options::parse(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Shows live values of this machine. Without a display it runs for some seconds, saves a picture of its window and\n"
        "prints what it received."));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Save a picture of the window at the end."),
                                        QStringLiteral("file"));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("End after so many seconds."),
                                     QStringLiteral("number"));
    const QCommandLineOption record(QStringLiteral("record"), QStringLiteral("Write all samples to a file."),
                                    QStringLiteral("file"));
    const QCommandLineOption replay(QStringLiteral("replay"), QStringLiteral("Show the samples of a recording."),
                                    QStringLiteral("file"));
    const QCommandLineOption proc(QStringLiteral("proc"), QStringLiteral("Read this folder instead of /proc."),
                                  QStringLiteral("folder"));
    const QCommandLineOption rate(QStringLiteral("rate"), QStringLiteral("Begin with a flood of so many events per second."),
                                  QStringLiteral("number"));
    const QCommandLineOption queued(QStringLiteral("queued"), QStringLiteral("Send the flood through queued signals at first."));
    const QCommandLineOption compare(QStringLiteral("compare"),
                                     QStringLiteral("As --queued, but go on through the registry after half of the time."));
    const QCommandLineOption light(QStringLiteral("light"), QStringLiteral("Begin with light colours, whatever the system has."));
    const QCommandLineOption dark(QStringLiteral("dark"), QStringLiteral("Begin with dark colours."));
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")}, QStringLiteral("Print this and exit."));
    parser.addOptions({screenshot, seconds, record, replay, proc, rate, queued, compare, light, dark, help});

    Options options;
    if (!parser.parse(arguments)) {
        options.error = parser.errorText();
        return options;
    }
    if (parser.isSet(help)) {
        options.text = parser.helpText();
        return options;
    }
    if (!parser.positionalArguments().isEmpty()) {
        options.error = QStringLiteral("unexpected argument: ") + parser.positionalArguments().constFirst();
        return options;
    }
    for (const QCommandLineOption &option : {screenshot, record, replay, proc}) {
        if (parser.isSet(option) && parser.value(option).isEmpty())
            options.error = QStringLiteral("--%1 needs the name of a %2").arg(option.names().constFirst(), option.valueName());
    }
    if (parser.isSet(seconds)) {
        bool isNumber = false;
        options.seconds = parser.value(seconds).toDouble(&isNumber);
        if (!isNumber || !std::isfinite(options.seconds) || options.seconds <= 0 || options.seconds > 1e6)
            options.error = QStringLiteral("--seconds needs a number greater than 0, not \"%1\"").arg(parser.value(seconds));
    }
    if (parser.isSet(rate)) {
        bool isNumber = false;
        options.rate = parser.value(rate).toInt(&isNumber);
        if (!isNumber || options.rate < 0 || options.rate > Flood::maximumRate)
            options.error = QStringLiteral("--rate needs a number from 0 to %1, not \"%2\"").arg(Flood::maximumRate).arg(parser.value(rate));
    }
    options.isCompared = parser.isSet(compare);
    options.isQueued = parser.isSet(queued) || options.isCompared;
    options.screenshot = parser.value(screenshot);
    options.record = parser.value(record);
    options.replay = parser.value(replay);
    options.scheme = parser.isSet(dark) ? 2 : parser.isSet(light) ? 1 : 0;
    if (parser.isSet(proc))
        options.proc = parser.value(proc);
    return options;
}
