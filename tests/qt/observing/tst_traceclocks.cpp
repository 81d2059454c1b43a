// SPDX-License-Identifier: MIT
#include "tracearray.h"
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Trace>

#include <QtCore/qfile.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qset.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <map>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

// A trace of threads whose clocks differ. The program's own clock_gettime() stands in front of the C library's: it adds what
// the calling thread says.

using SignalBox::AsyncRegistry;
using SignalBox::setTraceFile;
using namespace std::chrono_literals;

namespace {

constinit thread_local std::int64_t added = 0;         // nanoseconds
constinit thread_local std::int64_t addedEachTime = 0; // the same

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec *time) noexcept
{
    const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
    if (result != 0 || clock != CLOCK_MONOTONIC)
        return result;
    added += addedEachTime;
    constexpr std::int64_t second = 1'000'000'000;
    const std::int64_t nanoseconds = time->tv_sec * second + time->tv_nsec + added;
    time->tv_sec = static_cast<time_t>(nanoseconds / second);
    time->tv_nsec = static_cast<long>(nanoseconds % second);
    return 0;
}

class TraceClocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void timesOfAThreadGrowWhateverItsClockDoes_data()
    {
        QTest::addColumn<qint64>("first");
        QTest::addColumn<qint64>("each");
        QTest::newRow("ahead") << qint64(std::chrono::nanoseconds(1min).count()) << qint64(0);
        QTest::newRow("behind") << qint64(std::chrono::nanoseconds(-1min).count()) << qint64(0);
        QTest::newRow("goes back") << qint64(0) << qint64(std::chrono::nanoseconds(-1ms).count());
    }
    void timesOfAThreadGrowWhateverItsClockDoes()
    {
        QFETCH(qint64, first);
        QFETCH(qint64, each);
        constexpr int posts = 20;
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(setTraceFile(path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        int calls = 0;
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.name = QStringLiteral("queued")});
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("inline")});
        std::thread poster([&, first, each] {
            added = first;
            addedEachTime = each;
            for (int i = 0; i < posts; ++i)
                registry.post(i);
        });
        poster.join();
        QVERIFY(waitFor([&] { return calls == posts; }));

        // The end of a file leaves out what is recorded after it, so that the clock that is ahead needs the file before.
        const auto isWritten = [&] {
            QFile file(path);
            return file.open(QIODevice::ReadOnly) && file.readAll().count("\"numbers/queued\"") >= posts;
        };
        QVERIFY(waitFor(isWritten));
        QVERIFY(setTraceFile({}));
        const auto [trace, fault] = readTraceArray(path);
        QVERIFY2(fault.isEmpty(), qPrintable(fault));
        std::map<int, double> times;
        std::map<int, int> depths;
        QSet<QString> begun;
        QSet<QString> ended;
        int inlineCalls = 0;
        double posted = 0;
        double delivered = 0;
        for (const auto &value : trace) {
            const QJsonObject element = value.toObject();
            if (!element.contains(QStringLiteral("ts")))
                continue;
            const int thread = element[QStringLiteral("tid")].toInt();
            const double time = element[QStringLiteral("ts")].toDouble();
            if (times.contains(thread))
                QVERIFY(time >= times[thread]);
            times[thread] = time;
            const QString phase = element[QStringLiteral("ph")].toString();
            depths[thread] += phase == QStringLiteral("B") ? 1 : phase == QStringLiteral("E") ? -1 : 0;
            QVERIFY(depths[thread] >= 0);
            if (phase == QStringLiteral("s"))
                begun.insert(element[QStringLiteral("id")].toString());
            if (phase == QStringLiteral("f"))
                ended.insert(element[QStringLiteral("id")].toString());
            if (phase == QStringLiteral("B") && element[QStringLiteral("name")] == QStringLiteral("numbers/inline")) {
                ++inlineCalls;
                posted = time;
            }
            if (phase == QStringLiteral("B") && element[QStringLiteral("name")] == QStringLiteral("numbers/queued"))
                delivered = time;
        }
        QCOMPARE(inlineCalls, posts);
        const double difference = double(first) / 1000;
        QVERIFY(qAbs(posted - delivered - difference) < 30e6); // else nobody has asked the clock above
        QCOMPARE(begun.size(), posts);
        QCOMPARE(ended, begun);
    }
};

QTEST_GUILESS_MAIN(TraceClocks)
#include "tst_traceclocks.moc"
