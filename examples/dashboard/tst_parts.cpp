// SPDX-License-Identifier: MIT
#include "callrate.h"
#include "dashboard.h"
#include "frameclock.h"
#include "handsource.h"
#include "pacedthread.h"
#include "procfiles.h"
#include "ratemeter.h"
#include "recording.h"
#include "tracerecorder.h"

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <optional>
#include <thread>

using namespace std::chrono_literals;

namespace {

Sample cpuSample(double time, const QList<double> &loads)
{
    return {.source = QStringLiteral("cpu"), .time = time, .values = loads};
}

std::optional<SignalBox::AsyncHandlerInfo> handler(const SignalBox::RegistryObject *registry, const char *name)
{
    for (const SignalBox::AsyncHandlerInfo &info : registry->handlers()) {
        if (info.name == name)
            return info;
    }
    return std::nullopt;
}

bool hasHandler(Dashboard &dashboard, const char *name)
{
    return handler(dashboard.registry(), name).has_value();
}

quint64 calls(Dashboard &dashboard, const char *name)
{
    return handler(dashboard.registry(), name).value().calls;
}

// On a thread of its own, as the flood does.
void sendFromThread(Flood &flood, int count)
{
    std::thread([&] { flood.send(count); }).join();
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
        QCOMPARE(calls(dashboard, "history"), 3U);

        dashboard.setPeakHold(true);
        hand.give(cpuSample(3, {0.5, 0.5}));
        QCOMPARE(first->peak(), 0.5);
    }

    void handlersFailWhenTheyAreToldToAndStopNobody()
    {
        auto source = std::make_unique<HandSource>();
        HandSource &hand = *source;
        Dashboard dashboard(std::move(source), nullptr);
        dashboard.start();
        QSignalSpy failures(dashboard.registry(), &SignalBox::RegistryObject::handlerFailed);
        for (const char *name : {"statistics", "peak hold", "history"}) {
            dashboard.failNext(QLatin1String(name));
            failures.clear();
            hand.give(cpuSample(0, {0.5}));
            hand.give(cpuSample(0, {0.5}));
            QTRY_COMPARE(failures.size(), 1);
            const auto failure = failures.at(0).at(0).value<SignalBox::HandlerFailure>();
            QCOMPARE(failure.handlerName(), QLatin1String(name));
            QCOMPARE(failure.message(), QStringLiteral("made to throw"));
            QCOMPARE(handler(dashboard.registry(), name).value().failures, 1U);
        }
        QCOMPARE(calls(dashboard, "history"), 6U);

        QVERIFY(!dashboard.takeFault(QStringLiteral("readout")));
        dashboard.failNext(QStringLiteral("readout"));
        QVERIFY(dashboard.takeFault(QStringLiteral("readout")));
        QVERIFY(!dashboard.takeFault(QStringLiteral("readout")));
        QVERIFY(!dashboard.takeFault(QStringLiteral("unknown")));
    }

    void floodThroughTheRegistryMergesAndEndsWithTheLatest()
    {
        Flood flood;
        QSignalSpy arrivals(&flood, &Flood::arrived);
        constexpr int events = 100'000;
        sendFromThread(flood, events);
        QCOMPARE(flood.counted(), quint64(events));
        QCOMPARE(flood.lastArrived(), 0U);
        QTRY_COMPARE(flood.lastArrived(), quint64(events));
        QCOMPARE(arrivals.size(), 1);
        const SignalBox::AsyncHandlerInfo count = handler(flood.registry(), "count").value();
        QCOMPARE(count.calls, quint64(events));
        const SignalBox::AsyncHandlerInfo delay = handler(flood.registry(), "delay").value();
        QCOMPARE(delay.calls, 1U);
        QCOMPARE(delay.merged, quint64(events - 1));
        QCOMPARE(delay.dropped, 0U);
        QCOMPARE(flood.waiting(), 0);
    }

    void queuedSignalsAllWaitUpToTheLimit()
    {
        Flood flood;
        flood.setTransport(Flood::Transport::QueuedSignals);
        QSignalSpy arrivals(&flood, &Flood::arrived);
        sendFromThread(flood, 1000);
        QCOMPARE(flood.waiting(), 1000);
        QCOMPARE(flood.counted(), 1000U);
        QTRY_COMPARE(flood.waiting(), 0);
        QCOMPARE(arrivals.size(), 1000);
        QCOMPARE(handler(flood.registry(), "count").value().calls, 0U);

        sendFromThread(flood, Flood::maximumWaiting + 1000);
        QCOMPARE(flood.waiting(), int(Flood::maximumWaiting));
        QCOMPARE(flood.sent(), quint64(1000 + Flood::maximumWaiting));
    }

    void leavingQueuedSignalsDropsThoseThatWait()
    {
        Flood flood;
        flood.frames()->addTurn(FrameClock::Clock::time_point(1s));
        flood.frames()->addTurn(FrameClock::Clock::time_point(2s));
        QCOMPARE(flood.frames()->worst(), 1000.0);
        flood.setTransport(Flood::Transport::QueuedSignals);
        QCOMPARE(flood.frames()->worst(), 0.0);

        QSignalSpy arrivals(&flood, &Flood::arrived);
        sendFromThread(flood, 1000);
        flood.setTransport(Flood::Transport::Registry);
        QCOMPARE(flood.waiting(), 0);
        sendFromThread(flood, 1);
        QTRY_COMPARE(flood.lastArrived(), 1001U);
        QCOMPARE(arrivals.size(), 1);
        flood.setTransport(Flood::Transport::QueuedSignals);
        QCOMPARE(flood.waiting(), 0);
    }

    void floodFailsWhenItIsToldTo()
    {
        Flood flood;
        QSignalSpy failures(flood.registry(), &SignalBox::RegistryObject::handlerFailed);
        QVERIFY(!flood.failNext(QStringLiteral("unknown")));
        QVERIFY(flood.failNext(QStringLiteral("count")));
        QVERIFY(flood.failNext(QStringLiteral("delay")));
        sendFromThread(flood, 10);
        QTRY_COMPARE(failures.size(), 2);
        QCOMPARE(handler(flood.registry(), "count").value().failures, 1U);
        QCOMPARE(handler(flood.registry(), "delay").value().failures, 1U);
        QCOMPARE(flood.counted(), 9U);
    }

    void floodRunsWhileItsRateIsNotZero()
    {
        Flood flood;
        flood.start();
        flood.setRate(Flood::maximumRate + 1);
        QCOMPARE(flood.rate(), int(Flood::maximumRate));
        for (const auto transport : {Flood::Transport::QueuedSignals, Flood::Transport::Registry}) {
            flood.setTransport(transport);
            const quint64 before = flood.sent();
            QTRY_VERIFY(flood.sent() > before + 10'000 && flood.lastArrived() > before);
        }
        flood.setRate(0);
        flood.stop();
        const quint64 sent = flood.sent();
        QTRY_COMPARE(flood.lastArrived(), sent);
    }

    void pacedThreadDoesNothingAtRateZero()
    {
        std::atomic<int> done = 0;
        PacedThread thread;
        thread.start([&](int count) { done += count; });
        thread.setRate(100'000);
        QTRY_VERIFY(done > 1000);
        thread.setRate(0);
        thread.stop();
        const int before = done;
        thread.start([&](int count) { done += count; });
        thread.stop();
        QCOMPARE(done.load(), before);
    }

    void frameClockRemembersTheWorstGapForSomeSeconds()
    {
        FrameClock clock;
        FrameClock::Clock::time_point time(1h);
        clock.addTurn(time);
        QCOMPARE(clock.worst(), 0.0);
        clock.addTurn(time += 16ms);
        QCOMPARE(clock.worst(), 16.0);
        clock.addTurn(time += 120ms);
        QCOMPARE(clock.worst(), 120.0);
        for (int i = 0; i < 100; ++i)
            clock.addTurn(time += 20ms);
        QCOMPARE(clock.worst(), 120.0);
        for (int i = 0; i < 200; ++i)
            clock.addTurn(time += 20ms);
        QCOMPARE(clock.worst(), 20.0);
        clock.reset();
        QCOMPARE(clock.worst(), 0.0);
        clock.addTurn(time += 10s); // the time of nobody
        QCOMPARE(clock.worst(), 0.0);
    }

    void gapThatLastsIsTakenToo()
    {
        FrameClock clock;
        FrameClock::Clock::time_point time(1h);
        QCOMPARE(clock.takeWorst(time), 0.0);
        clock.addTurn(time);
        clock.addTurn(time += 120ms);
        clock.addTurn(time += 16ms);
        QCOMPARE(clock.takeWorst(time), 120.0);
        clock.addTurn(time += 16ms);
        QCOMPARE(clock.takeWorst(time), 16.0);
        QCOMPARE(clock.takeWorst(time + 300ms), 300.0);
    }

    // A gap without a flood is not that of a way of sending.
    void frameGapsBelongToTheWayInUse()
    {
        Flood flood;
        const auto turn = [&flood] {
            flood.frames()->reset();
            flood.frames()->addTurn(FrameClock::Clock::now() - 100ms);
            flood.remember(2);
        };
        turn();
        QCOMPARE(flood.quietGaps()->values().size(), 2);
        QVERIFY(flood.quietGaps()->last() >= 100);
        flood.setRate(1000);
        turn();
        QCOMPARE(flood.registryGaps()->values().size(), 2);
        flood.setTransport(Flood::Transport::QueuedSignals);
        turn();
        QCOMPARE(flood.signalGaps()->values().size(), 2);
        QCOMPARE(flood.registryGaps()->values().size(), 2); // kept, to compare with
        // Signals that wait are still those of a flood.
        sendFromThread(flood, 10);
        flood.setRate(0);
        turn();
        QCOMPARE(flood.signalGaps()->values().size(), 4);
        QTRY_COMPARE(flood.waiting(), 0);
        turn();
        QCOMPARE(flood.quietGaps()->values().size(), 4);

        flood.forget();
        for (Series *series : {flood.quietGaps(), flood.registryGaps(), flood.signalGaps()})
            QVERIFY(series->values().isEmpty());
    }

    void samplesBetweenTwoRefreshesAreOneChange()
    {
        auto source = std::make_unique<HandSource>();
        HandSource &hand = *source;
        Dashboard dashboard(std::move(source), nullptr);
        dashboard.start();
        hand.give(cpuSample(0, {0.1}));
        auto cores = dashboard.cores();
        Series *const core = cores.at(&cores, 0);
        QTRY_VERIFY(!core->values().isEmpty());
        core->publish();
        QSignalSpy changes(core, &Series::changed);
        for (int i = 1; i <= 100; ++i)
            hand.give(cpuSample(i, {0.1}));
        QVERIFY(changes.isEmpty()); // given on this thread: no timer was due in between
        QTRY_COMPARE(changes.size(), 1);
        QCOMPARE(core->values().size(), 101);
    }

    void resetForgetsValuesAndPeaks()
    {
        auto source = std::make_unique<HandSource>();
        HandSource &hand = *source;
        Dashboard dashboard(std::move(source), nullptr);
        dashboard.start();
        hand.give(cpuSample(0, {0.9}));
        auto cores = dashboard.cores();
        Series *const core = cores.at(&cores, 0);
        QCOMPARE(core->peak(), 0.9);
        dashboard.reset();
        QVERIFY(core->values().isEmpty());
        QVERIFY(core->peak() < 0);
        hand.give(cpuSample(1, {0.2}));
        QCOMPARE(core->peak(), 0.2);
    }

    void callRateIsThatOfTheCount()
    {
        CallRate rate;
        QCOMPARE(rate.perSecond(), 0.0);
        rate.setCalls(1000);
        const auto before = RateMeter::Clock::now();
        QTRY_VERIFY(RateMeter::Clock::now() - before > 20ms);
        rate.setCalls(2000);
        QVERIFY(rate.perSecond() > 0 && rate.perSecond() <= 50'000);
        rate.sample();
        QCOMPARE(rate.series()->last(), rate.perSecond());
        // Without calls there is no new count.
        QTRY_VERIFY_WITH_TIMEOUT((rate.sample(), rate.perSecond() == 0), 10000);
    }

    void traceIsRecordedWhenItIsToldTo()
    {
        const QTemporaryDir folder;
        qputenv("SIGNALBOX_TRACE", folder.filePath(QStringLiteral("missing/trace.json")).toUtf8());
        TraceRecorder inherited;
        QVERIFY(inherited.isRecording());
        qunsetenv("SIGNALBOX_TRACE");

        const QString here = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder.path()));
        TraceRecorder recorder;
        QVERIFY(QDir::setCurrent(here));
        QVERIFY(!recorder.isRecording());
        recorder.setRecording(true);
        QVERIFY(recorder.isRecording());
        Flood flood;
        sendFromThread(flood, 10);
        QTRY_COMPARE(flood.lastArrived(), 10U);
        recorder.setRecording(false);
        QFile file(recorder.fileName());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray trace = file.readAll();
        QVERIFY(QJsonDocument::fromJson(trace).isArray());
        QVERIFY2(trace.contains("delay"), trace.left(2000).constData());
        QVERIFY(recorder.message().contains(recorder.fileName()));
    }

    void traceThatCannotBeWrittenIsTold()
    {
        QTemporaryDir folder;
        const QString here = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder.path()));
        TraceRecorder recorder;
        QVERIFY(QDir::setCurrent(here));
        QVERIFY(folder.remove());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("dashboard-trace.json")));
        recorder.setRecording(true);
        QVERIFY(!recorder.isRecording());
        QVERIFY(recorder.message().startsWith(QStringLiteral("Cannot write the trace to ")));
    }

    void rateIsThatOfTheLastHalfSecond()
    {
        RateMeter meter;
        RateMeter::Clock::time_point time(1h);
        QCOMPARE(meter.add(time, 100), 0.0);
        QCOMPARE(meter.add(time += 100ms, 200), 1000.0);
        for (quint64 i = 1; i <= 20; ++i)
            meter.add(time += 100ms, 200 + 200 * i);
        QCOMPARE(meter.add(time += 100ms, 4400), 2000.0);
        QCOMPARE(meter.add(time += 1000ms, 4400), 0.0);
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
