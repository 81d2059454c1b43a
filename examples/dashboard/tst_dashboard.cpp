// SPDX-License-Identifier: MIT
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>

#include <csignal>

// Runs the program as a user without a display does.
class DashboardTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder.emplace();
        QVERIFY(m_folder->isValid());
    }

    void liveRunSavesAPictureAndSaysWhatItReceived()
    {
        if (!QFileInfo::exists(QStringLiteral("/proc/stat")))
            QSKIP("There is no /proc to read here.");
        const QString record = path("own.samples");
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--record"), record}), 0);
        QVERIFY2(m_output.startsWith(QStringLiteral("live from /proc, ")), qPrintable(m_output));
        checkOutput();
        QCOMPARE(callsOf("recorder"), callsOf("statistics"));
        checkPicture(path("dashboard.png"));

        // What was recorded can be replayed.
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--replay"), record,
                      QStringLiteral("--screenshot"), path("replay.png")}), 0);
        QVERIFY2(m_output.startsWith(QStringLiteral("replay of ") + record), qPrintable(m_output));
        checkOutput();
        checkPicture(path("replay.png"));
    }

    void recordingInsideIsReplayedWhereProcIsMissing()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--proc"), path("missing")}), 0);
        QVERIFY2(m_output.startsWith(QStringLiteral("replay of the recording inside")), qPrintable(m_output));
        checkOutput();
        checkPicture(path("dashboard.png"));
    }

    void recordingInTheSourceTreeIsReplayed()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--light"), QStringLiteral("--replay"),
                      QStringLiteral(DASHBOARD_RECORDING)}), 0);
        checkOutput();
        checkPicture(path("dashboard.png"));
    }

    // Samples are never merged; of the flood each event is counted and handled or merged.
    void everyEventOfAFloodIsAccountedFor_data()
    {
        QTest::addColumn<int>("rate");
        QTest::newRow("100 000") << 100'000;
        QTest::newRow("2 000 000") << 2'000'000;
    }

    void everyEventOfAFloodIsAccountedFor()
    {
        QFETCH(int, rate);
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--rate"), QString::number(rate)}), 0);
        const QRegularExpressionMatch samples =
            QRegularExpression(QStringLiteral(" s: (\\d+) events")).match(m_output);
        const QRegularExpressionMatch flood =
            QRegularExpression(QStringLiteral("^flood through the registry: (\\d+) events"),
                               QRegularExpression::MultilineOption).match(m_output);
        QVERIFY2(samples.hasMatch() && flood.hasMatch(), qPrintable(m_output));
        for (const char *handler : {"statistics", "peak hold", "history", "readout", "busy log"}) {
            const Counts counts = countsOf(handler);
            QCOMPARE(counts.calls, samples.captured(1).toLongLong());
            QCOMPARE(counts.merged + counts.dropped + counts.failed, 0);
        }
        const qint64 events = flood.captured(1).toLongLong();
        QVERIFY2(events > 1000, qPrintable(m_output));
        for (const char *handler : {"count", "delay"}) {
            const Counts counts = countsOf(handler);
            QCOMPARE(counts.calls + counts.merged + counts.dropped, events);
            QCOMPARE(counts.failed, 0);
        }
        QCOMPARE(countsOf("count").calls, events);
        QVERIFY(countsOf("delay").calls > 0);
        checkPicture(path("dashboard.png"));
    }

    void floodThroughQueuedSignalsEndsToo()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--rate"), QStringLiteral("2000000"),
                      QStringLiteral("--queued")}), 0);
        QVERIFY2(m_output.contains(QStringLiteral("flood through queued signals: ")), qPrintable(m_output));
        QCOMPARE(countsOf("count").calls, 0);
    }

    void transportsAreCompared()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("6"), QStringLiteral("--rate"), QStringLiteral("100000"),
                      QStringLiteral("--compare")}), 0);
        QVERIFY2(m_output.contains(QStringLiteral("flood through the registry: ")), qPrintable(m_output));
        QVERIFY2(m_output.contains(QStringLiteral("flood through queued signals before that: ")), qPrintable(m_output));
        // What went through signals is no event of the registry.
        const Counts counts = countsOf("delay");
        QCOMPARE(counts.calls + counts.merged + counts.dropped, countsOf("count").calls);
    }

    void badArgumentsAreRefusedWithAMessage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, const QStringList &arguments, const char *message) {
            QTest::newRow(name) << arguments << QString::fromLatin1(message);
        };
        row("unknown option", {QStringLiteral("--fast")}, "Unknown option 'fast'");
        row("missing value", {QStringLiteral("--seconds")}, "Missing value after '--seconds'");
        row("no number", {QStringLiteral("--seconds"), QStringLiteral("soon")}, "--seconds needs a number greater than 0, not \"soon\"");
        row("not above 0", {QStringLiteral("--seconds"), QStringLiteral("-1")}, "--seconds needs a number greater than 0");
        row("infinite", {QStringLiteral("--seconds"), QStringLiteral("inf")}, "--seconds needs a number greater than 0");
        row("rate that is no number", {QStringLiteral("--rate"), QStringLiteral("all")}, "--rate needs a number from 0 to 2000000, not \"all\"");
        row("rate too high", {QStringLiteral("--rate"), QStringLiteral("2000001")}, "--rate needs a number from 0 to 2000000");
        row("rate below 0", {QStringLiteral("--rate"), QStringLiteral("-1")}, "--rate needs a number from 0 to 2000000");
        row("extra argument", {QStringLiteral("now")}, "unexpected argument: now");
        row("empty file name", {QStringLiteral("--replay"), QString()}, "--replay needs the name of a file");
        row("missing file", {QStringLiteral("--replay"), QStringLiteral("missing.samples")}, "cannot read missing.samples");
        row("not a recording", {QStringLiteral("--replay"), QStringLiteral("other.txt")}, "other.txt is not a recording");
        row("broken line", {QStringLiteral("--replay"), QStringLiteral("broken.samples")}, "broken.samples, line 3: not a sample");
        row("no samples", {QStringLiteral("--replay"), QStringLiteral("empty.samples")}, "empty.samples holds no samples");
        row("folder to write", {QStringLiteral("--record"), QStringLiteral(".")}, "cannot write .");
    }

    void badArgumentsAreRefusedWithAMessage()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, message);
        const QByteArray firstLine = "SignalBox dashboard samples 1\n";
        write("other.txt", "something else\n");
        write("empty.samples", firstLine);
        write("broken.samples", firstLine + "0 cpu 0.5\n0.1 memory 1\n");
        QCOMPARE(run(arguments), 2);
        QVERIFY2(m_errors.contains(QStringLiteral("dashboard: ") + message), qPrintable(m_errors));
        QVERIFY(m_output.isEmpty());
        QVERIFY(!QFileInfo::exists(path("dashboard.png")));
    }

    void pictureThatCannotBeSavedIsAFailure()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("0.2"), QStringLiteral("--screenshot"),
                      QStringLiteral("missing/folder.png")}), 1);
        QVERIFY(m_errors.contains(QStringLiteral("cannot save a picture as missing/folder.png")));
    }

#if defined(Q_OS_LINUX)
    void signalQuitsCleanly_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("Ctrl+C") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }

    void signalQuitsCleanly()
    {
        QFETCH(int, number);
        QProcess process;
        process.setWorkingDirectory(m_folder->path());
        process.setChildProcessModifier([] { std::signal(SIGINT, SIG_DFL); }); // what runs the tests may ignore it
        process.start(QStringLiteral(DASHBOARD_PROGRAM),
                      {QStringLiteral("--seconds"), QStringLiteral("600"), QStringLiteral("--replay"),
                       QStringLiteral(DASHBOARD_RECORDING)});
        QVERIFY(process.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(catches(process.processId(), number), 30000);
        ::kill(pid_t(process.processId()), number);
        QVERIFY(process.waitForFinished(30000));
        m_output = QString::fromUtf8(process.readAllStandardOutput());
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        QVERIFY2(m_output.startsWith(QStringLiteral("replay of ")), qPrintable(m_output));
        QVERIFY2(m_output.contains(QStringLiteral("saved ")), qPrintable(m_output));
        checkPicture(path("dashboard.png"));
    }
#endif

    void helpIsPrinted()
    {
        QCOMPARE(run({QStringLiteral("--help")}), 0);
        QVERIFY(m_output.contains(QStringLiteral("--replay <file>")));
    }

private:
    QString path(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)); }

    void write(const char *name, const QByteArray &content) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
    }

#if defined(Q_OS_LINUX)
    // Whether the process has a handler for the signal.
    static bool catches(qint64 process, int number)
    {
        QFile file(QStringLiteral("/proc/%1/status").arg(process));
        if (!file.open(QIODevice::ReadOnly))
            return false;
        const QRegularExpression line(QStringLiteral("^SigCgt:\\s*([0-9a-f]+)"), QRegularExpression::MultilineOption);
        const QString mask = line.match(QString::fromLatin1(file.readAll())).captured(1);
        return mask.toULongLong(nullptr, 16) >> (number - 1) & 1;
    }
#endif

    // The exit code; the outputs are kept.
    int run(const QStringList &arguments)
    {
        QProcess process;
        process.setWorkingDirectory(m_folder->path());
        process.start(QStringLiteral(DASHBOARD_PROGRAM), arguments);
        if (!process.waitForFinished(60000))
            return -1;
        m_output = QString::fromUtf8(process.readAllStandardOutput());
        m_errors = QString::fromUtf8(process.readAllStandardError());
        // What QML has to complain about, a binding that fails for example.
        if (m_errors.contains(QStringLiteral("qrc:/qt/qml/Dashboard")))
            return -2;
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -3;
    }

    void checkOutput() const
    {
        for (const char *source : {"cpu", "memory", "network", "process"}) {
            const QRegularExpression line(QStringLiteral("^  %1 +[1-9]\\d* events, last: .*\\d").arg(QLatin1String(source)),
                                          QRegularExpression::MultilineOption);
            QVERIFY2(line.match(m_output).hasMatch(), qPrintable(m_output));
        }
        // Each event reached each handler.
        const int events = callsOf("statistics");
        QVERIFY2(events >= 20, qPrintable(m_output));
        for (const char *handler : {"peak hold", "history", "readout"})
            QCOMPARE(callsOf(handler), events);
        // Highest priority first.
        QVERIFY(m_output.indexOf(QStringLiteral("statistics")) < m_output.indexOf(QStringLiteral("peak hold")));
        QVERIFY(m_output.indexOf(QStringLiteral("peak hold")) < m_output.indexOf(QStringLiteral("history")));
        QVERIFY(m_output.indexOf(QStringLiteral("history")) < m_output.indexOf(QStringLiteral("readout")));
    }

    struct Counts
    {
        qint64 calls = -1; // it is not listed
        qint64 merged = -1;
        qint64 dropped = -1;
        qint64 failed = -1;
    };

    Counts countsOf(const char *handler) const
    {
        const QRegularExpression line(
            QStringLiteral("^ +\\d+  %1 +(\\d+) calls, (\\d+) merged, (\\d+) dropped, (\\d+) failed, mean [\\d.]+ us, \\w")
                .arg(QLatin1String(handler)),
            QRegularExpression::MultilineOption);
        const QRegularExpressionMatch match = line.match(m_output);
        if (!match.hasMatch())
            return {};
        return {match.captured(1).toLongLong(), match.captured(2).toLongLong(), match.captured(3).toLongLong(),
                match.captured(4).toLongLong()};
    }

    int callsOf(const char *handler) const { return int(countsOf(handler).calls); }

    // A window that shows something: text and plots have many colours, in all its quarters.
    void checkPicture(const QString &fileName) const
    {
        const QImage picture(fileName);
        QVERIFY(picture.width() >= 800 && picture.height() >= 500); // how large depends on the font of the system
        const QSize quarter = picture.size() / 2;
        for (const int left : {0, quarter.width()}) {
            for (const int top : {0, quarter.height()}) {
                QSet<QRgb> colours;
                for (int y = top; y < top + quarter.height() - 1; ++y) {
                    for (int x = left; x < left + quarter.width() - 1; ++x)
                        colours.insert(picture.pixel(x, y));
                }
                QVERIFY2(colours.size() > 20, qPrintable(QString::number(colours.size())));
            }
        }
    }

    std::optional<QTemporaryDir> m_folder;
    QString m_output;
    QString m_errors;
};

QTEST_GUILESS_MAIN(DashboardTest)
#include "tst_dashboard.moc"
