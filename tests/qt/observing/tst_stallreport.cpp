// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/EventModel>
#include <SignalBox/EventStream>
#include <SignalBox/StallReport>
#include <SignalBox/Trace>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

using SignalBox::AsyncRegistry;
using SignalBox::StallInfo;
using SignalBox::stallReport;
using namespace std::chrono_literals;

namespace {

enum class Way { Busy, Blocked };

void holdUp(std::chrono::milliseconds time, Way way = Way::Busy)
{
    const auto end = std::chrono::steady_clock::now() + time;
    if (way == Way::Blocked) {
        std::mutex mutex;
        std::condition_variable never;
        std::unique_lock lock(mutex);
        while (std::chrono::steady_clock::now() < end)
            never.wait_until(lock, end);
        return;
    }
    while (std::chrono::steady_clock::now() < end) {
    }
}

std::optional<StallInfo> stallOf(const QString &handler)
{
    for (const StallInfo &stall : stallReport()) {
        if (stall.handlerName() == handler)
            return stall;
    }
    return {};
}

QString lastWarning;

void keepWarning(QtMsgType, const QMessageLogContext &, const QString &text)
{
    lastWarning = text;
}

// Where the trace says that the handler was registered whose calls are named so; empty: it has no such call of so long.
QString tracedLine(const QString &path, const QString &name, std::chrono::microseconds least)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QJsonArray trace = QJsonDocument::fromJson(file.readAll()).array();
    std::vector<QJsonObject> open; // this test records one thread only
    for (const auto &value : trace) {
        const QJsonObject element = value.toObject();
        const QString phase = element[QStringLiteral("ph")].toString();
        if (phase == QStringLiteral("B"))
            open.push_back(element);
        if (phase != QStringLiteral("E") || open.empty())
            continue;
        const QJsonObject begin = open.back();
        open.pop_back();
        const double duration = element[QStringLiteral("ts")].toDouble() - begin[QStringLiteral("ts")].toDouble();
        if (begin[QStringLiteral("name")].toString() == name && duration >= double(least.count()))
            return begin[QStringLiteral("args")][QStringLiteral("registeredAt")].toString();
    }
    return {};
}

constexpr auto threshold = 20ms;

} // namespace

// Loops are watched with a threshold of 20 ms. Whatever the machine does besides may be in the report too.
class StallReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void plantedHandlerIsNamedWithItsLineByReportLogAndTraceAlike_data()
    {
        QTest::addColumn<Way>("way");
        QTest::newRow("busy") << Way::Busy;
        QTest::newRow("blocked") << Way::Blocked;
    }
    void plantedHandlerIsNamedWithItsLineByReportLogAndTraceAlike()
    {
        QFETCH(Way, way);
        const QString name = way == Way::Busy ? QStringLiteral("busy") : QStringLiteral("blocked");
        const QTemporaryDir folder;
        const QString tracePath = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(tracePath));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("thumbnails"));
        registry.setSlowHandlerBudget(100);
        const auto id = registry.registerHandler(this, [&](const int &) { holdUp(200ms, way); },
                                                 {.name = name, .delivery = SignalBox::Delivery::Queued});
        const int line = __LINE__ - 2;
        QSignalSpy stalled(&registry, &SignalBox::RegistryObject::stalled);
        lastWarning.clear();
        const QtMessageHandler before = qInstallMessageHandler(keepWarning);
        registry.post(1);
        const bool isReported = waitFor([&] { return stallOf(name).has_value(); });
        qInstallMessageHandler(before);
        QVERIFY(SignalBox::setTraceFile({}));
        QVERIFY(isReported);
        const StallInfo stall = *stallOf(name);
        QCOMPARE(stall.threadName(), QStringLiteral("main"));
        QCOMPARE(stall.registryName(), QStringLiteral("thumbnails"));
        QCOMPARE(stall.handlerId(), id);
        QCOMPARE(QFileInfo(stall.fileName()).fileName(), QStringLiteral("tst_stallreport.cpp"));
        QCOMPARE(stall.lineNumber(), line);
        QVERIFY(stall.handlerDuration() >= 200ms);
        QVERIFY(stall.duration() >= stall.handlerDuration());
        QVERIFY(stall.end().isValid());
        QVERIFY2(lastWarning.contains(QStringLiteral("\"%1\"").arg(name)), qPrintable(lastWarning));
        QVERIFY2(lastWarning.contains(QRegularExpression(QStringLiteral("tst_stallreport.cpp:%1\\b").arg(line))), qPrintable(lastWarning));
        const QString traced = tracedLine(tracePath, QStringLiteral("thumbnails/") + name, 200ms);
        QVERIFY2(traced.endsWith(QStringLiteral("tst_stallreport.cpp:%1").arg(line)), qPrintable(traced));
        QVERIFY(waitFor([&] { return !stalled.isEmpty(); }));
        const auto told = stalled.front().front().value<StallInfo>();
        QCOMPARE(told.handlerId(), id);
        QCOMPARE(told.lineNumber(), line);
        QVERIFY(told.duration() == stall.duration());
    }

    void handlerWithoutANameIsKnownByItsPlace()
    {
        const QTemporaryDir folder;
        const QString tracePath = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(tracePath));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("thumbnails"));
        const auto id = registry.registerHandler(this, [&](const int &) { holdUp(205ms); }, {.delivery = SignalBox::Delivery::Queued});
        const QString place = QStringLiteral("tst_stallreport.cpp:%1").arg(__LINE__ - 1);
        registry.post(1);
        const bool isReported = waitFor([&] { return stallOf(place).has_value(); });
        QVERIFY(SignalBox::setTraceFile({}));
        QVERIFY(isReported);
        QCOMPARE(stallOf(place)->handlerId(), id);
        QVERIFY(tracedLine(tracePath, QStringLiteral("thumbnails/") + place, 205ms).endsWith(place));
    }

    // The program registers no handler there, but it says which registry is shown.
    void modelIsNamedWithTheLineThatSetItsRegistry_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("key");
        QTest::newRow("named") << QStringLiteral("log page") << QString();
        QTest::newRow("keyed") << QStringLiteral("quotes page") << QStringLiteral("value");
        QTest::newRow("unnamed") << QString() << QString();
    }
    void modelIsNamedWithTheLineThatSetItsRegistry()
    {
        QFETCH(QString, name);
        QFETCH(QString, key);
        const QTemporaryDir folder;
        const QString tracePath = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(tracePath));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("lines"));
        SignalBox::EventModel model;
        model.setObjectName(name);
        model.setKey(key);
        model.setRegistry(&registry);
        const int line = __LINE__ - 1;
        model.setInterval(1); // registers anew
        connect(&model, &SignalBox::EventModel::rowsInserted, this, [] { holdUp(150ms); });
        const QString shown = name.isEmpty() ? QStringLiteral("EventModel") : name;
        registry.post(1);
        const bool isReported = waitFor([&] { return stallOf(shown).has_value(); });
        QVERIFY(SignalBox::setTraceFile({}));
        QVERIFY(isReported);
        const StallInfo stall = *stallOf(shown);
        QCOMPARE(stall.registryName(), QStringLiteral("lines"));
        QCOMPARE(QFileInfo(stall.fileName()).fileName(), QStringLiteral("tst_stallreport.cpp"));
        QCOMPARE(stall.lineNumber(), line);
        const QString traced = tracedLine(tracePath, QStringLiteral("lines/") + shown, 150ms);
        QVERIFY2(traced.endsWith(QStringLiteral("tst_stallreport.cpp:%1").arg(line)), qPrintable(traced));
    }

    void modelWhosePropertyIsSetHasNoPlace()
    {
        AsyncRegistry<int> registry;
        SignalBox::EventModel model;
        model.setObjectName(QStringLiteral("property page"));
        QVERIFY(model.setProperty("registry", QVariant::fromValue<SignalBox::RegistryObject *>(&registry)));
        connect(&model, &SignalBox::EventModel::rowsInserted, this, [] { holdUp(160ms); });
        registry.post(1);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("property page")).has_value(); }));
        QCOMPARE(stallOf(QStringLiteral("property page"))->fileName(), QString());
    }

    void stallAtTheEndOfAStreamHasTheLineThatMadeIt()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        SignalBox::EventStream<int> stream = registry->stream(this, {.name = QStringLiteral("download")});
        const int line = __LINE__ - 1;
        auto waiting = stream.next().then(QtFuture::Launch::Sync, [](const std::optional<int> &) { holdUp(170ms); });
        registry.reset();
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("download")).has_value(); }));
        QCOMPARE(stallOf(QStringLiteral("download"))->lineNumber(), line);
    }

    void stallBehindTheFutureOfAWatchHasTheLineThatAskedForIt()
    {
        SignalBox::WatchSender<int> sender(0);
        SignalBox::AsyncWatch<int> watch(sender.subscribe());
        auto waiting = watch.changed(this).then(QtFuture::Launch::Sync, [](const std::optional<int> &) { holdUp(180ms); });
        const int line = __LINE__ - 1;
        sender.send(1);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("changed()")).has_value(); }));
        QCOMPARE(stallOf(QStringLiteral("changed()"))->lineNumber(), line);
    }

    // The report keeps the ten longest. So that others of a slow machine do not push them out, planted stalls are longer
    // than most of those before.

    void stallOfAnotherThreadNamesItAndIsToldOnTheRegistrysThread()
    {
        WorkerThread worker;
        worker.thread()->setObjectName(QStringLiteral("decoder"));
        AsyncRegistry<int> registry;
        QThread *toldOn = nullptr;
        QObject::connect(&registry, &SignalBox::RegistryObject::stalled, this, [&] { toldOn = QThread::currentThread(); });
        registry.registerHandler(worker.context(), [](const int &) { holdUp(190ms); }, {.name = QStringLiteral("decode")});
        registry.post(1);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("decode")).has_value(); }));
        QCOMPARE(stallOf(QStringLiteral("decode"))->threadName(), QStringLiteral("decoder"));
        QVERIFY(waitFor([&] { return toldOn != nullptr; }));
        QCOMPARE(toldOn, QThread::currentThread());
    }

    void stallOfTheProgramsOwnCodeNamesNoHandler()
    {
        AsyncRegistry<int> registry; // its thread has a mailbox
        registry.registerHandler(this, [](const int &) {}, {.delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        runQueuedCalls();
        QMetaObject::invokeMethod(this, [] { holdUp(300ms); }, Qt::QueuedConnection);
        QVERIFY(waitFor([&] {
            const auto report = stallReport();
            return std::any_of(report.begin(), report.end(), [](const StallInfo &stall) {
                return stall.duration() >= 290ms && !stall.handlerId().isValid() && stall.fileName().isEmpty();
            });
        }));
    }

    void inlineHandlerInTheProgramsOwnCodeIsNamed()
    {
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) { holdUp(310ms); }, {.name = QStringLiteral("inline")});
        QMetaObject::invokeMethod(this, [&] { registry.post(1); }, Qt::QueuedConnection);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("inline")).has_value(); }));
    }

    void ofNestedHandlersTheInnerOneIsNamedThatTookTheTime()
    {
        AsyncRegistry<int> outer;
        AsyncRegistry<int> inner;
        outer.registerHandler(this, [&](const int &event) { inner.post(event); },
                              {.name = QStringLiteral("outer"), .delivery = SignalBox::Delivery::Queued});
        inner.registerHandler([](const int &) { holdUp(320ms); }, {.name = QStringLiteral("inner")});
        outer.post(1);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("inner")).has_value(); }));
        QVERIFY(!stallOf(QStringLiteral("outer")));
    }

    // What is longer than both together has been outside of them.
    void timeBetweenTwoEventLoopsIsNoStall_data()
    {
        QTest::addColumn<bool>("isHandlerOutside");
        QTest::addColumn<bool>("isApplications");
        QTest::newRow("the program's own code, QEventLoop") << false << false;
        QTest::newRow("an inline handler, QEventLoop") << true << false;
        QTest::newRow("the program's own code, QCoreApplication") << false << true;
        QTest::newRow("an inline handler, QCoreApplication") << true << true;
    }
    void timeBetweenTwoEventLoopsIsNoStall()
    {
        QFETCH(bool, isHandlerOutside);
        QFETCH(bool, isApplications);
        if (!isApplications && !dispatcherTellsOfPasses())
            QSKIP("this event dispatcher does not tell when a loop ends");
        AsyncRegistry<int> registry;
        registry.registerHandler(this, [](const int &) {}, {.name = QStringLiteral("inside"), .delivery = SignalBox::Delivery::Queued});
        AsyncRegistry<int> outside;
        const QString name = isHandlerOutside ? QStringLiteral("outside") : QStringLiteral("unused");
        outside.registerHandler([&](const int &) { holdUp(600ms); }, {.name = name});
        registry.post(1);
        std::chrono::nanoseconds inLoops{0};
        const auto runLoop = [&] {
            const auto begin = std::chrono::steady_clock::now();
            if (isApplications) {
                QTimer::singleShot(3 * threshold, qApp, &QCoreApplication::quit);
                QCoreApplication::exec();
            } else {
                QEventLoop loop;
                QTimer::singleShot(3 * threshold, &loop, &QEventLoop::quit);
                loop.exec();
            }
            inLoops += std::chrono::steady_clock::now() - begin;
        };
        const qsizetype known = longerThan(500ms);
        runLoop();
        if (isHandlerOutside)
            outside.post(1);
        else
            holdUp(600ms);
        runLoop();
        runQueuedCalls();
        QVERIFY(!stallOf(QStringLiteral("outside")));
        if (inLoops < 500ms) // else the machine stood still
            QCOMPARE(longerThan(500ms), known);
    }

    void timeOfAThreadBetweenTwoExecsIsNoStall()
    {
        if (!dispatcherTellsOfPasses())
            QSKIP("this event dispatcher does not tell when a loop ends");
        struct Thread : QThread
        {
            std::atomic<bool> isInSecond = false;
            void run() override
            {
                exec();
                holdUp(700ms);
                isInSecond = true;
                exec();
            }
        } thread;
        thread.setObjectName(QStringLiteral("twice"));
        AsyncRegistry<int> registry;
        registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {
            QTimer::singleShot(3 * threshold, [] { QThread::currentThread()->quit(); });
        });
        thread.start();
        registry.post(1);
        QVERIFY(waitFor([&] { return thread.isInSecond.load(); }));
        registry.post(2);
        QVERIFY(waitFor([&] { return thread.isFinished(); }));
        for (const StallInfo &stall : stallReport()) {
            if (stall.threadName() == QStringLiteral("twice"))
                QVERIFY2(stall.duration() < 650ms, qPrintable(QString::number(stall.duration().count())));
        }
    }

    // The first loop does not end before the second one, in a slot of its own.
    void timeBetweenTwoLoopsInASlotIsAStall()
    {
        AsyncRegistry<int> registry;
        registry.registerHandler(this, [](const int &) {}, {.delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        QEventLoop outer;
        const qsizetype known = longerThan(800ms);
        QTimer::singleShot(0, &outer, [&] {
            const auto turnOnce = [] {
                QEventLoop loop;
                QTimer::singleShot(0, &loop, &QEventLoop::quit);
                loop.exec();
            };
            turnOnce();
            holdUp(850ms);
            turnOnce();
            QTimer::singleShot(3 * threshold, &outer, &QEventLoop::quit);
        });
        outer.exec();
        QVERIFY(waitFor([&] { return longerThan(800ms) > known; }));
    }

    void eventLoopInAHandlerTurns()
    {
        AsyncRegistry<int> registry;
        QElapsedTimer time;
        bool isOver = false;
        registry.registerHandler(this, [&](const int &) {
            time.start();
            QEventLoop loop;
            QTimer::singleShot(400, &loop, &QEventLoop::quit);
            loop.exec();
            isOver = true;
        }, {.name = QStringLiteral("dialog"), .delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        QVERIFY(waitFor([&] { return isOver; }));
        const auto elapsed = std::chrono::milliseconds(time.elapsed());
        holdUp(threshold);
        runQueuedCalls();
        const auto stall = stallOf(QStringLiteral("dialog"));
        QVERIFY(!stall || stall->duration() < elapsed);
    }

    void tenLongestAreKeptTheLongestFirst()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(this, [&](const int &event) {
            holdUp(std::chrono::milliseconds(event));
            ++calls;
        }, {.name = QStringLiteral("many"), .delivery = SignalBox::Delivery::Queued});
        for (int i = 0; i < 12; ++i) {
            registry.post(25 + i);
            QVERIFY(waitFor([&] { return calls == i + 1; }));
            runQueuedCalls();
        }
        QVERIFY(waitFor([&] { return stallReport().size() == 10; }));
        const auto report = stallReport();
        QVERIFY(std::is_sorted(report.begin(), report.end(),
                               [](const StallInfo &a, const StallInfo &b) { return a.duration() > b.duration(); }));
        for (const StallInfo &stall : report)
            QVERIFY(stall.duration() >= threshold);
    }

    void registryMayBeGoneWhenItsStallEnds()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(this, [&](const int &) {
            holdUp(330ms);
            QMetaObject::invokeMethod(this, [&] { registry.reset(); }, Qt::QueuedConnection);
        }, {.name = QStringLiteral("gone"), .delivery = SignalBox::Delivery::Queued});
        registry->post(1);
        QVERIFY(waitFor([&] { return stallOf(QStringLiteral("gone")).has_value() && !registry; }));
    }

    void reportIsLoggedAtTheEndOfTheApplication_data()
    {
        QTest::addColumn<QString>("end");
        QTest::newRow("return from main()") << QStringLiteral("--child");
        QTest::newRow("exit() in the event loop") << QStringLiteral("--child-exits");
        QTest::newRow("exit() on another thread") << QStringLiteral("--child-exits-elsewhere");
        QTest::newRow("application object that is never destroyed") << QStringLiteral("--child-leaks");
    }
    void reportIsLoggedAtTheEndOfTheApplication()
    {
        QFETCH(QString, end);
        const QString output = outputOfChild(QStringLiteral("20"), end);
        const QRegularExpression line(QStringLiteral("event loop of thread \"main\" did not turn for [0-9.]+ ms; for [0-9.]+ ms of that "
                                                     "ran handler \"planted\" \\(.*tst_stallreport.cpp:[0-9]+\\) of registry \"child\""));
        QVERIFY2(output.contains(line), qPrintable(output));
        QCOMPARE(output.count(QStringLiteral("ran handler \"planted\"")), 1);
    }

    void withoutTheVariableNothingIsWatched()
    {
        const QString output = outputOfChild({});
        QVERIFY2(output.contains(QStringLiteral("rows: 0")), qPrintable(output));
        QVERIFY2(!output.contains(QStringLiteral("did not turn")), qPrintable(output));
    }

    void valuesThatAreNoNumberOfMillisecondsWarnAndSwitchItOff_data()
    {
        QTest::addColumn<QString>("value");
        for (const char *value : {"soon", "-5", "0", "12ms", "99999999999999999999"})
            QTest::newRow(value) << QString::fromLatin1(value);
    }
    void valuesThatAreNoNumberOfMillisecondsWarnAndSwitchItOff()
    {
        QFETCH(QString, value);
        const QString output = outputOfChild(value);
        QVERIFY2(output.contains(QStringLiteral("SIGNALBOX_STALLS: expected a number of milliseconds above 0, not \"%1\"").arg(value)),
                 qPrintable(output));
        QVERIFY2(output.contains(QStringLiteral("rows: 0")), qPrintable(output));
    }

public:
    // Another process of this program, with that value of the variable.
    static int runChild(std::string_view end)
    {
        static int argc = 0;
        auto app = std::make_unique<QCoreApplication>(argc, nullptr);
        AsyncRegistry<int> registry;
        QObject context;
        registry.setName(QStringLiteral("child"));
        bool isOver = false;
        registry.registerHandler(&context, [&](const int &) {
            holdUp(100ms);
            isOver = true;
        }, {.name = QStringLiteral("planted"), .delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        while (!isOver || (qEnvironmentVariable("SIGNALBOX_STALLS") == QStringLiteral("20") && stallReport().isEmpty()))
            QCoreApplication::processEvents();
        qInfo("rows: %d", int(stallReport().size()));
        if (end == "--child-exits") {
            QTimer::singleShot(0, app.get(), [] { std::exit(0); });
            QCoreApplication::exec();
        }
        if (end == "--child-exits-elsewhere") {
            std::thread([] { std::exit(0); }).detach();
            QCoreApplication::exec();
        }
        if (end == "--child-leaks")
            static_cast<void>(app.release());
        return 0;
    }

private:
    static bool dispatcherTellsOfPasses() { return QAbstractEventDispatcher::instance()->inherits("QEventDispatcherGlib"); }

    static qsizetype longerThan(std::chrono::milliseconds duration)
    {
        const auto report = stallReport();
        return std::count_if(report.begin(), report.end(), [=](const StallInfo &stall) { return stall.duration() > duration; });
    }

    static QString outputOfChild(const QString &value, const QString &end = QStringLiteral("--child"))
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SIGNALBOX_STALLS"), value);
        environment.insert(QStringLiteral("QT_FORCE_STDERR_LOGGING"), QStringLiteral("1"));
        QProcess child;
        child.setProcessEnvironment(environment);
        child.setProcessChannelMode(QProcess::MergedChannels);
        child.start(QCoreApplication::applicationFilePath(), {end});
        if (!child.waitForFinished(patience))
            return QStringLiteral("the child did not end");
        return QString::fromLocal8Bit(child.readAll());
    }
};

int main(int argc, char **argv)
{
    if (argc > 1 && std::string_view(argv[1]).starts_with("--child"))
        return StallReport::runChild(argv[1]);
    qputenv("SIGNALBOX_STALLS", "20");
    QCoreApplication app(argc, argv);
    StallReport test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stallreport.moc"
