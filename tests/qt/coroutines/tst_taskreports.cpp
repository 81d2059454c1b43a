// SPDX-License-Identifier: MIT
#include "tracearray.h"
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/HandlerGuard>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/StallReport>
#include <SignalBox/Task>
#include <SignalBox/Trace>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::HandlerGuard;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::StallInfo;
using SignalBox::stallReport;
using SignalBox::Task;
using SignalBox::yieldToLoop;

namespace {

const QString stallingArgument = QStringLiteral("--stall");

void holdUp(std::chrono::milliseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

std::optional<StallInfo> stallOf(const QString &name)
{
    for (const StallInfo &stall : stallReport()) {
        if (stall.handlerName() == name)
            return stall;
    }
    return {};
}

// One run of a coroutine in a trace: what it is called, where it was spawned, and the arrows that begin and end in it.
struct Slice
{
    QString name;
    QString spawned;
    std::vector<QString> out;
    std::vector<QString> in;
};

// The runs of coroutines whose name begins so. This test records one thread only.
std::vector<Slice> slicesOf(const QString &path, const QString &begin)
{
    std::vector<Slice> slices;
    std::vector<std::size_t> open;
    for (const auto &value : readTraceArray(path).elements) {
        const QJsonObject element = value.toObject();
        const QString phase = element[QStringLiteral("ph")].toString();
        const QString id = element[QStringLiteral("id")].toString();
        if (phase == QStringLiteral("B")) {
            const bool isCoroutine = element[QStringLiteral("cat")].toString() == QStringLiteral("coroutine");
            open.push_back(slices.size());
            slices.push_back({isCoroutine ? element[QStringLiteral("name")].toString() : QString(),
                              element[QStringLiteral("args")][QStringLiteral("spawned")].toString(),
                              {},
                              {}});
        } else if (phase == QStringLiteral("E") && !open.empty()) {
            open.pop_back();
        } else if (phase == QStringLiteral("s") && !open.empty()) {
            slices[open.back()].out.push_back(id);
        } else if (phase == QStringLiteral("f") && !open.empty()) {
            slices[open.back()].in.push_back(id);
        }
    }
    std::vector<Slice> found;
    for (const Slice &slice : slices) {
        if (slice.name.startsWith(begin))
            found.push_back(slice);
    }
    return found;
}

} // namespace

// What a trace and the report of stalls tell of coroutines. Loops are watched with a threshold of 20 ms.
class TaskReports : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void coroutineThatBlocksItsLoopIsNamedWithItsLine()
    {
        QObject context;
        const auto block = []() -> Task<> {
            co_await yieldToLoop();
            holdUp(200ms);
        };
        const auto named = spawn(&context, block, {.name = QStringLiteral("load the page")});
        const int line = __LINE__ - 1;
        QVERIFY(waitFor([] { return stallOf(QStringLiteral("load the page")).has_value(); }));
        const StallInfo stall = *stallOf(QStringLiteral("load the page"));
        QVERIFY(stall.fileName().endsWith(QStringLiteral("tst_taskreports.cpp")));
        QCOMPARE(stall.lineNumber(), line);
        QVERIFY(stall.handlerDuration() >= 150ms);
        QVERIFY(!stall.handlerId().isValid());

        spawn(&context, block);
        const QString place = QStringLiteral("tst_taskreports.cpp:%1").arg(__LINE__ - 1);
        QVERIFY(waitFor([&] { return stallOf(place).has_value(); }));
    }

    void logAtTheEndOfTheProgramNamesTheCoroutine()
    {
        QProcess program;
        program.start(QCoreApplication::applicationFilePath(), {stallingArgument});
        QVERIFY(program.waitForFinished(patience));
        const QString output = QString::fromUtf8(program.readAllStandardError());
        const QRegularExpression line(
                QStringLiteral("did not turn for [0-9.]+ ms; for [0-9.]+ ms of that ran coroutine \"load the page\" "
                               "\\(spawned at .*tst_taskreports.cpp:[0-9]+\\)"));
        QVERIFY2(output.contains(line), qPrintable(output));
    }

    void handlersCoroutineThatBlocksAfterItsWaitIsTheHandlers()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("pages"));
        QSignalSpy stalled(&registry, &SignalBox::RegistryObject::stalled);
        QObject context;
        const auto id = registry.registerHandler(&context,
                                                 [](const int &) -> Task<> {
                                                     co_await yieldToLoop();
                                                     holdUp(200ms);
                                                 },
                                                 {.name = QStringLiteral("layout")});
        registry.post(1);
        QVERIFY(waitFor([] { return stallOf(QStringLiteral("layout")).has_value(); }));
        const StallInfo stall = *stallOf(QStringLiteral("layout"));
        QCOMPARE(stall.handlerId(), id);
        QCOMPARE(stall.registryName(), QStringLiteral("pages"));
        QVERIFY(waitFor([&] { return stalled.count() == 1; }));
    }

    void arrowsOfATraceLeadFromEachWaitToWhatComesAfterIt()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(path));
        QObject context;
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("pages"));
        const auto layout = [](const int &) -> Task<> {
            co_await yieldToLoop();
            co_await yieldToLoop();
        };
        registry.registerHandler(&context, layout, {.name = QStringLiteral("layout")});
        const int line = __LINE__ - 1;
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        SignalBox::setTraceFile({});
        const std::vector<Slice> slices = slicesOf(path, QStringLiteral("pages/layout"));
        QCOMPARE(slices.size(), std::size_t(3));
        QVERIFY(slices[0].spawned.endsWith(QStringLiteral("tst_taskreports.cpp:%1").arg(line)));
        QCOMPARE(slices[0].out.size(), std::size_t(1));
        QVERIFY(slices[0].in.empty());
        QCOMPARE(slices[1].in, slices[0].out);
        QCOMPARE(slices[2].in, slices[1].out);
        QVERIFY(slices[2].out.empty());
    }

    void coroutineThatIsDestroyedEndsItsArrowsInTheTrace()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        QVERIFY(SignalBox::setTraceFile(path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("pages"));
        QObject context;
        HandlerGuard guard;
        guard = registry.registerGuard(&context,
                                       [&](const int &) -> Task<> {
                                           co_await yieldToLoop();
                                           guard.reset();
                                           co_await yieldToLoop();
                                       },
                                       {.name = QStringLiteral("closed")});
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        SignalBox::setTraceFile({});
        const std::vector<Slice> slices = slicesOf(path, QStringLiteral("pages/closed"));
        QCOMPARE(slices.size(), std::size_t(2));
        QCOMPARE(slices[1].in, slices[0].out);
        QVERIFY(slices[1].out.empty());
    }
};

int main(int argc, char *argv[])
{
    qputenv("SIGNALBOX_STALLS", "20");
    QCoreApplication application(argc, argv);
    if (application.arguments().contains(stallingArgument)) {
        QObject context;
        const auto block = []() -> Task<> {
            co_await yieldToLoop();
            holdUp(200ms);
        };
        const auto handle = spawn(&context, block, {.name = QStringLiteral("load the page")});
        return waitFor([&] { return handle.isFinished() && !stallReport().isEmpty(); }) ? 0 : 1;
    }
    TaskReports test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_taskreports.moc"
