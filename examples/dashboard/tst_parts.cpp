// SPDX-License-Identifier: MIT
#include "dashboard.h"
#include "handsource.h"
#include "procfiles.h"
#include "recording.h"

#include <QtCore/qdir.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

namespace {

Sample cpuSample(double time, const QList<double> &loads)
{
    return {.source = QStringLiteral("cpu"), .time = time, .values = loads};
}

bool hasHandler(Dashboard &dashboard, const char *name)
{
    for (const SignalBox::AsyncHandlerInfo &handler : dashboard.registry()->handlers()) {
        if (handler.name == name)
            return true;
    }
    return false;
}

} // namespace

class Parts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void peakHoldIsAGuardThatTheUserSwitches()
    {
        auto source = std::make_unique<HandSource>();
        HandSource &hand = *source;
        Dashboard dashboard(std::move(source), nullptr);
        dashboard.start();
        QVERIFY(dashboard.isPeakHold());
        QVERIFY(hasHandler(dashboard, "peak hold"));
        hand.give(cpuSample(0, {0.9, 0.1}));
        hand.give(cpuSample(1, {0.2, 0.3}));
        auto cores = dashboard.cores();
        QCOMPARE(cores.count(&cores), 2);
        Series *const first = cores.at(&cores, 0);
        QCOMPARE(first->peak(), 0.9);
        QCOMPARE(first->last(), 0.2);

        dashboard.setPeakHold(false);
        QVERIFY(!hasHandler(dashboard, "peak hold"));
        QVERIFY(first->peak() < 0);
        hand.give(cpuSample(2, {1, 1}));
        QVERIFY(first->peak() < 0);
        QCOMPARE(dashboard.handlers()->calls(QStringLiteral("peak hold")), 2);
        QCOMPARE(dashboard.handlers()->calls(QStringLiteral("history")), 3);

        dashboard.setPeakHold(true);
        hand.give(cpuSample(3, {0.5, 0.5}));
        QCOMPARE(first->peak(), 0.5);
    }

    void tableListsHandlersByPriority()
    {
        Dashboard dashboard(std::make_unique<HandSource>(), nullptr);
        HandlerTable *const table = dashboard.handlers();
        QTRY_COMPARE(table->rowCount(), 3);
        QStringList names;
        for (int row = 0; row < table->rowCount(); ++row)
            names.append(table->index(row).data(HandlerTable::Name).toString());
        QCOMPARE(names, (QStringList{QStringLiteral("statistics"), QStringLiteral("peak hold"), QStringLiteral("history")}));
        dashboard.setPeakHold(false);
        QTRY_COMPARE(table->rowCount(), 2);
    }

    void recordingsAreReadAsTheyWereWritten()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("a.samples"));
        {
            Recording::Writer writer(file);
            writer.write(cpuSample(0.5, {0.25, 1}));
            writer.write({.source = QStringLiteral("memory"), .time = 0.25, .values = {1e9, 25276502016.0}});
            QVERIFY(writer.error().isEmpty());
        }
        QString error;
        const QList<Sample> samples = Recording::read(file, &error);
        QVERIFY2(error.isEmpty(), qPrintable(error));
        QCOMPARE(samples.size(), 2);
        QCOMPARE(samples.at(0).values, (QList<double>{0.25, 1}));
        QCOMPARE(samples.at(1).values, (QList<double>{1e9, 25276502016.0}));
        QCOMPARE(samples.at(1).time, 0.5); // never back in time
    }

    void filesOfProcAreUnderstood()
    {
        const QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("net")));
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("self")));
        const auto write = [&](const char *name, const QByteArray &content) {
            QFile file(folder.filePath(QString::fromLatin1(name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
        };
        write("stat", "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 40 5 6 7 8 0 0\ncpu12 1 0 0 1 0 0 0 0 0 0\nintr 5\n");
        write("meminfo", "MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  400 kB\n");
        write("net/dev", "Inter-| Receive\n face |bytes\n    lo: 7 0 0 0 0 0 0 0 7 0\n  eth0:100 1 0 0 0 0 0 0 50 0\n wlan0: 10 1 0 0 0 0 0 0 5 0\n");
        write("self/stat", "12 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0 20 0 5 0 77 1000000 200 0\n");

        const auto cores = ProcFiles::cores(folder.path());
        QVERIFY(cores);
        QCOMPARE(cores->size(), 2);
        QCOMPARE(cores->at(0).total, 72U);
        QCOMPARE(cores->at(0).busy, 27U);
        const auto memory = ProcFiles::memory(folder.path());
        QVERIFY(memory);
        QCOMPARE(memory->used, 600U * 1024);
        QCOMPARE(memory->total, 1000U * 1024);
        const auto traffic = ProcFiles::traffic(folder.path());
        QVERIFY(traffic);
        QCOMPARE(traffic->received, 110U);
        QCOMPARE(traffic->sent, 55U);
        const auto process = ProcFiles::process(folder.path());
        QVERIFY(process);
        QCOMPARE(process->cpuTicks, 42U);
        QCOMPARE(process->threads, 5);
        QVERIFY(process->residentBytes > 0 && process->residentBytes % 200 == 0);
    }

    void missingAndBrokenFilesHaveNoValue()
    {
        const QTemporaryDir folder;
        QVERIFY(!ProcFiles::cores(folder.path()));
        QVERIFY(!ProcFiles::memory(folder.path()));
        QVERIFY(!ProcFiles::traffic(folder.path()));
        QVERIFY(!ProcFiles::process(folder.path()));
        QFile file(folder.filePath(QStringLiteral("meminfo")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("MemTotal: 10 kB\nMemAvailable: 20 kB\n");
        file.close();
        QVERIFY(!ProcFiles::memory(folder.path()));
    }
};

QTEST_GUILESS_MAIN(Parts)
#include "tst_parts.moc"
