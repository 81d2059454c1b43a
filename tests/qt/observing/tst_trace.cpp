// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "tracearray.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/SyncRegistry>
#include <SignalBox/Trace>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdir.h>
#include <QtCore/qfile.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#ifdef Q_OS_UNIX
#    include <csignal>
#    include <sys/resource.h>
#    include <sys/stat.h>
#endif

// Starts itself again, for what ends a process or belongs to one: see runChild().

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::setTraceFile;

namespace {

// A slice that was read.
struct Slice
{
    QString name;
    QString category;
    QJsonObject arguments;
    double begin = 0;
    double end = -1; // -1: it has not ended
    int thread = 0;
    std::vector<QString> arrowsOut;
    std::vector<QString> arrowsIn;
};

// A trace file, read and checked.
struct Trace
{
    QString fault; // empty: none
    std::vector<Slice> slices;
    std::map<QString, QList<double>> counters;
    std::map<int, QString> threads;
    QString process;
    double dropped = 0;

    std::vector<Slice> named(const QString &name) const
    {
        std::vector<Slice> found;
        std::copy_if(slices.cbegin(), slices.cend(), std::back_inserter(found), [&](const Slice &slice) { return slice.name == name; });
        return found;
    }
};

Trace readTrace(const QString &path)
{
    Trace trace;
    const auto [elements, fault] = readTraceArray(path);
    if (!fault.isEmpty()) {
        trace.fault = fault;
        return trace;
    }
    std::map<int, std::vector<std::size_t>> open; // by thread
    std::map<int, double> times;
    QSet<QString> begun; // arrows
    std::vector<QString> ended;
    for (const QJsonValue &value : elements) {
        const QJsonObject element = value.toObject();
        const QString phase = element[QStringLiteral("ph")].toString();
        const int thread = element[QStringLiteral("tid")].toInt();
        if (phase == QStringLiteral("M")) {
            const QString name = element[QStringLiteral("args")][QStringLiteral("name")].toString();
            if (element[QStringLiteral("name")].toString() == QStringLiteral("thread_name"))
                trace.threads[thread] = name;
            else
                trace.process = name;
            // Qt Creator shows no name that has no time.
            if (trace.threads.contains(thread) && element[QStringLiteral("ts")].toDouble(-1) < times[thread])
                trace.fault = QStringLiteral("a name of a thread without a time");
            continue;
        }
        const double time = element[QStringLiteral("ts")].toDouble(-1);
        if (time < times[thread])
            trace.fault = QStringLiteral("the time goes back");
        times[thread] = time;
        std::vector<std::size_t> &stack = open[thread];
        if (phase == QStringLiteral("B")) {
            stack.push_back(trace.slices.size());
            trace.slices.push_back({.name = element[QStringLiteral("name")].toString(),
                                    .category = element[QStringLiteral("cat")].toString(),
                                    .arguments = element[QStringLiteral("args")].toObject(),
                                    .begin = time,
                                    .thread = thread,
                                    .arrowsOut = {},
                                    .arrowsIn = {}});
        } else if (phase == QStringLiteral("E")) {
            if (stack.empty()) {
                trace.fault = QStringLiteral("an end without a beginning");
                return trace;
            }
            trace.slices[stack.back()].end = time;
            stack.pop_back();
        } else if (phase == QStringLiteral("s") || phase == QStringLiteral("f")) {
            const QString id = element[QStringLiteral("id")].toString();
            if (stack.empty())
                trace.fault = QStringLiteral("an arrow outside of all slices");
            else if (phase == QStringLiteral("s"))
                trace.slices[stack.back()].arrowsOut.push_back(id);
            else
                trace.slices[stack.back()].arrowsIn.push_back(id);
            if (phase == QStringLiteral("s"))
                begun.insert(id);
            else
                ended.push_back(id);
        } else if (phase == QStringLiteral("C")) {
            trace.counters[element[QStringLiteral("name")].toString()].append(element[QStringLiteral("args")][QStringLiteral("value")].toDouble());
        } else if (phase == QStringLiteral("i")) {
            trace.dropped += element[QStringLiteral("args")][QStringLiteral("dropped")].toDouble();
        } else {
            trace.fault = QStringLiteral("an element of an unknown kind");
        }
    }
    // Where records were dropped, or the file before has them, one end may be missing.
    const bool isComplete = trace.dropped == 0 && !QFileInfo::exists(path + QStringLiteral(".previous"));
    for (const QString &id : ended) {
        if (isComplete && !begun.contains(id))
            trace.fault = QStringLiteral("an arrow that begins nowhere");
    }
    return trace;
}

// --- what a child process does; it gets a path ---------------------------------------------------

void post(AsyncRegistry<int> &registry, int count)
{
    for (int i = 0; i < count; ++i)
        registry.post(i);
}

int runChild(const QByteArray &what, const QString &path)
{
    AsyncRegistry<int> registry;
    registry.setName(QStringLiteral("numbers"));
    registry.registerHandler([](const int &) {}, {.name = QStringLiteral("child")});
    if (what == "environment")
        return (post(registry, 10), 0);
    if (what == "wait")
        std::getchar();
    if (!setTraceFile(path))
        return 1;
    if (what == "quick_exit") {
        post(registry, 10);
        std::quick_exit(0);
    }
    if (what == "crash") {
        post(registry, 10);
        while (readTrace(path).named(QStringLiteral("numbers/child")).size() < 10)
            std::this_thread::sleep_for(std::chrono::milliseconds(10)); // the writer's interval
        post(registry, 10);
        std::abort();
    }
    if (what == "flood") {
        for (;;)
            post(registry, 1000);
    }
    if (what == "wait") {
        post(registry, 10);
        std::puts("recording");
        std::fflush(stdout);
        std::getchar();
    }
#ifdef Q_OS_UNIX
    if (what == "full") {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{64 * 1024, 64 * 1024};
        setrlimit(RLIMIT_FSIZE, &limit);
        post(registry, 2000);
        setTraceFile({});
    }
#endif
    return 0;
}

} // namespace

// It reports a file that is opened after a child process was started, and then written under a mutex.
#ifdef SIGNALBOX_THREAD_SANITIZER
#    define SKIP_WITH_THREAD_SANITIZER QSKIP("takes descriptors of a child process for this one's");
#else
#    define SKIP_WITH_THREAD_SANITIZER
#endif

// SIGNALBOX_TRACE and setTraceFile().
class TraceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("trace.json"));
    }
    void cleanup() { setTraceFile({}); }

    void callsPostsAndDrainsAreSlices()
    {
        AsyncRegistry<int> registry; // before the trace begins
        registry.setName(QStringLiteral("numbers"));
        QObject context;
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; }, {.name = QStringLiteral("inline")});
        registry.registerHandler(&context, [&](const int &) { ++calls; },
                                 {.name = QStringLiteral("queued"), .delivery = Delivery::Queued});
        const int line = __LINE__ - 1;
        QVERIFY(setTraceFile(m_path));
        registry.post(1);
        QVERIFY(waitFor([&] { return calls == 2; }));
        QVERIFY(setTraceFile({}));
        registry.post(2); // recorded nowhere
        QVERIFY(waitFor([&] { return calls == 4; }));

        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        const std::vector<Slice> posts = trace.named(QStringLiteral("post numbers"));
        const std::vector<Slice> inlineCalls = trace.named(QStringLiteral("numbers/inline"));
        const std::vector<Slice> queuedCalls = trace.named(QStringLiteral("numbers/queued"));
        const std::vector<Slice> drains = trace.named(QStringLiteral("drain main"));
        QCOMPARE(posts.size(), std::size_t(1));
        QCOMPARE(inlineCalls.size(), std::size_t(1));
        QCOMPARE(queuedCalls.size(), std::size_t(1));
        QVERIFY(!drains.empty());
        QCOMPARE(trace.threads.at(posts.front().thread), QStringLiteral("main"));
        // One inside of the other.
        QVERIFY(posts.front().begin <= inlineCalls.front().begin && inlineCalls.front().end <= posts.front().end);
        QVERIFY(drains.front().begin <= queuedCalls.front().begin && queuedCalls.front().end <= drains.back().end);
        const QJsonObject arguments = queuedCalls.front().arguments;
        QCOMPARE(arguments[QStringLiteral("registry")].toString(), QStringLiteral("numbers"));
        QCOMPARE(arguments[QStringLiteral("handler")].toString(), QStringLiteral("queued"));
        const QString place = arguments[QStringLiteral("registeredAt")].toString();
        QVERIFY2(place.endsWith(QStringLiteral("tst_trace.cpp:%1").arg(line)) || place.endsWith(QStringLiteral("tst_trace.cpp:%1").arg(line - 1)),
                 qPrintable(place));
    }

    void arrowsLeadFromThePostToEachDelivery()
    {
        QVERIFY(setTraceFile(m_path));
        WorkerThread worker;
        worker.run([&] { QThread::currentThread()->setObjectName(QStringLiteral("worker of the test")); });
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        std::atomic<int> calls = 0;
        registry.registerHandler(worker.context(), [&](const int &) { ++calls; }, {.name = QStringLiteral("each")});
        registry.registerHandler(worker.context(), [&](const SignalBox::EventBatch<int> &batch) { calls += int(batch.size()); },
                                 {.name = QStringLiteral("batch")});
        registry.registerHandler(worker.context(), [&](const int &) {}, {.name = QStringLiteral("latest"), .backlog = Backlog::newest()});
        for (int i = 0; i < 3; ++i) {
            registry.post(i);
            worker.drain();
        }
        QCOMPARE(calls.load(), 6);
        QVERIFY(setTraceFile({}));

        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        const std::vector<Slice> posts = trace.named(QStringLiteral("post numbers"));
        QCOMPARE(posts.size(), std::size_t(3));
        for (const char *name : {"numbers/each", "numbers/batch", "numbers/latest"}) {
            const std::vector<Slice> called = trace.named(QLatin1String(name));
            QCOMPARE(called.size(), std::size_t(3));
            for (std::size_t i = 0; i < 3; ++i) {
                QCOMPARE(called[i].arrowsIn.size(), std::size_t(1));
                const std::vector<QString> &out = posts[i].arrowsOut;
                QVERIFY(std::find(out.cbegin(), out.cend(), called[i].arrowsIn.front()) != out.cend());
                QVERIFY(called[i].begin >= posts[i].begin);
                QVERIFY(called[i].thread != posts[i].thread);
                QCOMPARE(trace.threads.at(called[i].thread), QStringLiteral("worker of the test"));
            }
        }
    }

    void countersTellWhatWaitsAndWhatWasLost()
    {
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        registry.registerHandler(&context, [&](const int &) {}, {.name = QStringLiteral("few"), .backlog = Backlog::newest(3)});
        registry.registerHandler(&context, [&](const int &) {}, {.backlog = Backlog::newest(4)});
        const QString place = QStringLiteral("tst_trace.cpp:%1").arg(__LINE__ - 1);
        post(registry, 10);
        QVERIFY(waitFor([&] { return calls == 10 && registry.handlers().back().dropped == 6; }));
        QCoreApplication::processEvents();
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        const QList<double> waiting = trace.counters.at(QStringLiteral("waiting: main"));
        QVERIFY(*std::max_element(waiting.cbegin(), waiting.cend()) >= 11); // ten, and the visit of the bounded one
        QCOMPARE(waiting.last(), 0.0);
        QCOMPARE(trace.counters.at(QStringLiteral("lost: numbers/few")).last(), 7.0);
        QVERIFY(trace.counters.contains(QStringLiteral("lost: numbers/") + place));
        QCOMPARE(trace.counters.at(QStringLiteral("lost: numbers/") + place).last(), 6.0);
    }

    void slowHandlerIsFoundWithItsLine()
    {
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        const auto sleep = [](const int &) { std::this_thread::sleep_for(std::chrono::milliseconds(200)); };
        registry.registerHandler(sleep); const int line = __LINE__;
        registry.post(1);
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        const auto slow = std::find_if(trace.slices.cbegin(), trace.slices.cend(),
                                       [](const Slice &slice) { return slice.category == QStringLiteral("handler"); });
        QVERIFY(slow != trace.slices.cend());
        QVERIFY(slow->end - slow->begin >= 200'000);
        QVERIFY(slow->arguments[QStringLiteral("registeredAt")].toString().endsWith(QStringLiteral("tst_trace.cpp:%1").arg(line)));
    }

    void exceptionsAndNestedCallsLeaveWholeSlices()
    {
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> outer;
        AsyncRegistry<int> inner;
        outer.setName(QStringLiteral("outer"));
        inner.setName(QStringLiteral("inner"));
        outer.onException([](const SignalBox::ExceptionInfo &) {});
        outer.registerHandler([&](const int &event) { inner.post(event); }, {.priority = 1, .name = QStringLiteral("a")});
        outer.registerHandler([&](const int &) { throw 1; }, {.name = QStringLiteral("b")});
        inner.registerHandler([&](const int &) {}, {.name = QStringLiteral("c")});
        outer.post(1);
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QStringList names;
        for (const Slice &slice : trace.slices) {
            names.append(slice.name);
            QVERIFY(slice.end >= slice.begin);
        }
        QCOMPARE(names, QStringList({QStringLiteral("post outer"), QStringLiteral("outer/a"), QStringLiteral("post inner"),
                                     QStringLiteral("inner/c"), QStringLiteral("outer/b")}));
    }

    void namesMayHaveQuotesAndControlCharacters_data()
    {
        QTest::addColumn<QString>("name");
        QString controls;
        for (char16_t c = 0; c < 0x20; ++c)
            controls.append(QChar(c));
        QTest::newRow("quotes and brackets") << QStringLiteral("a \"quoted\" \\ name,\n ] }");
        QTest::newRow("controls") << controls;
        QTest::newRow("others") << QStringLiteral("\u007f\u0080\u2028\u2603\U0001f4e6");
        QTest::newRow("long") << QString(5000, QLatin1Char('"'));
    }
    void namesMayHaveQuotesAndControlCharacters()
    {
        QFETCH(QString, name);
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> registry;
        registry.setName(name);
        registry.registerHandler([](const int &) {}, {.name = name});
        WorkerThread worker;
        worker.run([&] {
            QThread::currentThread()->setObjectName(name);
            registry.post(1);
        });
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        const std::vector<Slice> called = trace.named(name + QLatin1Char('/') + name);
        QCOMPARE(called.size(), std::size_t(1));
        QCOMPARE(called.front().arguments[QStringLiteral("handler")].toString(), name);
        QCOMPARE(trace.threads.at(called.front().thread), name);
    }

    // A QString may hold what is no Unicode.
    void namesMayHaveHalfACharacter()
    {
        QVERIFY(setTraceFile(m_path));
        const QString half = QStringLiteral("half ") + QChar(0xd83d);
        AsyncRegistry<int> registry;
        registry.setName(half);
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        registry.post(1);
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QCOMPARE(trace.slices.size(), std::size_t(2));
        QVERIFY(trace.slices.back().name.startsWith(QStringLiteral("half ")));
    }

    void plainRegistriesAreNotRecorded()
    {
        QVERIFY(setTraceFile(m_path));
        SignalBox::SyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; }, {.name = "plain"});
        registry.notify(1);
        QVERIFY(setTraceFile({}));
        QCOMPARE(calls, 1);
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QVERIFY(trace.slices.empty());
    }

    void fileIsWholeWhileItIsWritten()
    {
        QVERIFY(setTraceFile(m_path));
        QCOMPARE(readTrace(m_path).fault, QString());
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        std::size_t seen = 0;
        for (int round = 1; round <= 3; ++round) {
            post(registry, 10);
            QVERIFY(waitFor([&] { return readTrace(m_path).named(QStringLiteral("numbers/each")).size() == std::size_t(10 * round); }));
            QVERIFY(readTrace(m_path).slices.size() > seen);
            seen = readTrace(m_path).slices.size();
        }
    }

    void fileThatCannotBeWrittenChangesNothing_data()
    {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no such folder") << QStringLiteral("no/such/folder.json") << QString();
        QTest::newRow("name that is too long") << QString(300, QLatin1Char('a')) << QString();
        QTest::newRow("folder") << QStringLiteral("folder") << QStringLiteral("it is there, and no file");
#ifdef Q_OS_UNIX
        QTest::newRow("pipe without a reader") << QStringLiteral("pipe") << QStringLiteral("it is there, and no file");
        QTest::newRow("device") << QStringLiteral("/dev/null") << QStringLiteral("it is there, and no file");
#endif
    }
    void fileThatCannotBeWrittenChangesNothing()
    {
        QFETCH(QString, place);
        QFETCH(QString, reason);
        QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("folder")));
#ifdef Q_OS_UNIX
        QCOMPARE(mkfifo(qPrintable(m_folder->filePath(QStringLiteral("pipe"))), 0600), 0);
#endif
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        const QString impossible = QDir(m_folder->path()).absoluteFilePath(place);
        const QRegularExpression warning(QStringLiteral("setTraceFile\\(\\): \"%1\" cannot be written: %2.*; nothing was changed")
                                                 .arg(QRegularExpression::escape(impossible), reason));
        QTest::ignoreMessage(QtWarningMsg, warning);
        QVERIFY(!setTraceFile(impossible));
        registry.post(1);
        QVERIFY(setTraceFile(m_path));
        QTest::ignoreMessage(QtWarningMsg, warning);
        QVERIFY(!setTraceFile(impossible));
        registry.post(1);
        QVERIFY(setTraceFile({}));
        QCOMPARE(readTrace(m_path).named(QStringLiteral("numbers/each")).size(), std::size_t(1));
        QVERIFY(!QFileInfo::exists(impossible + QStringLiteral(".lock")));
    }

#ifdef Q_OS_UNIX
    void symbolicLinkIsFollowed_data()
    {
        QTest::addColumn<QStringList>("links"); // each leads to the next
        QTest::addColumn<bool>("isThere");
        const QString absolute = QStringLiteral("FOLDER/real/trace.json");
        QTest::newRow("absolute") << QStringList{QStringLiteral("link.json"), absolute} << true;
        QTest::newRow("relative") << QStringList{QStringLiteral("link.json"), QStringLiteral("real/trace.json")} << true;
        QTest::newRow("relative to its own folder") << QStringList{QStringLiteral("links/link.json"), QStringLiteral("../real/trace.json")} << true;
        QTest::newRow("in a folder that is a link")
                << QStringList{QStringLiteral("far/foldersLink/link.json"), QStringLiteral("../real/trace.json")} << true;
        QTest::newRow("link to a link")
                << QStringList{QStringLiteral("link.json"), QStringLiteral("links/other.json"), absolute} << true;
        QTest::newRow("leads to nothing yet") << QStringList{QStringLiteral("link.json"), QStringLiteral("real/trace.json")} << false;
        QTest::newRow("link to a link that leads to nothing yet")
                << QStringList{QStringLiteral("link.json"), QStringLiteral("links/other.json"), QStringLiteral("../real/trace.json")} << false;
    }
    void symbolicLinkIsFollowed()
    {
        QFETCH(QStringList, links);
        QFETCH(bool, isThere);
        QDir folder(m_folder->path());
        for (const char *name : {"real", "links", "far"})
            QVERIFY(folder.mkdir(QLatin1String(name)));
        // As a text, "far/foldersLink/../real" is another folder.
        QVERIFY(QFile::link(folder.filePath(QStringLiteral("links")), folder.filePath(QStringLiteral("far/foldersLink"))));
        const QString real = folder.filePath(QStringLiteral("real/trace.json"));
        if (isThere) {
            QFile file(real);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write("old") == 3);
        }
        for (qsizetype i = 0; i + 1 < links.size(); ++i) {
            QString target = links.at(i + 1);
            target.replace(QStringLiteral("FOLDER"), m_folder->path());
            QCOMPARE(symlink(qPrintable(target), qPrintable(folder.filePath(links.at(i)))), 0);
        }
        const QString path = folder.filePath(links.first());
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        QVERIFY(setTraceFile(path));
        registry.post(1);
        QVERIFY(setTraceFile({}));
        for (qsizetype i = 0; i + 1 < links.size(); ++i)
            QVERIFY2(QFileInfo(folder.filePath(links.at(i))).isSymbolicLink(), qPrintable(links.at(i)));
        QVERIFY(!QFileInfo(real).isSymbolicLink());
        QCOMPARE(readTrace(real).fault, QString());
        QCOMPARE(readTrace(real).named(QStringLiteral("numbers/each")).size(), std::size_t(1));
        QCOMPARE(QDir(folder.filePath(QStringLiteral("real"))).entryList(QDir::Files), QStringList{QStringLiteral("trace.json")});
    }

    void twoNamesOfOneFileAreOneTrace()
    {
        const QString link = m_folder->filePath(QStringLiteral("link.json"));
        QVERIFY(QFile::link(m_path, link));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        QVERIFY(setTraceFile(m_path));
        registry.post(1);
        QVERIFY(setTraceFile(link));
        registry.post(2);
        QVERIFY(setTraceFile({}));
        QCOMPARE(readTrace(m_path).named(QStringLiteral("numbers/each")).size(), std::size_t(2));
    }

    void twoProcessesThroughALinkWriteToFilesOfTheirOwn()
    {
        SKIP_WITH_THREAD_SANITIZER
        QProcess child;
        start(child, "wait");
        const QString link = m_folder->filePath(QStringLiteral("link.json"));
        QVERIFY(QFile::link(m_path, link));
        QVERIFY(setTraceFile(link));
        child.write("\n");
        QVERIFY(waitFor([&] { return child.canReadLine(); }));
        const QString others = m_path + QLatin1Char('.') + QString::number(child.processId());
        child.write("\n");
        QVERIFY(child.waitForFinished());
        QVERIFY(setTraceFile({}));
        QCOMPARE(readTrace(others).named(QStringLiteral("numbers/child")).size(), std::size_t(10));
    }

    void symbolicLinkThatLeadsToNoFileIsRefused_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::addColumn<QString>("reason");
        const QString circle = QStringLiteral("its symbolic links lead in a circle");
        QTest::newRow("to itself") << QStringLiteral("link.json") << QString() << circle;
        QTest::newRow("to each other") << QStringLiteral("other.json") << QStringLiteral("link.json") << circle;
        QTest::newRow("to a folder") << QStringLiteral(".") << QString() << QStringLiteral("it is there, and no file");
        QTest::newRow("to a device") << QStringLiteral("/dev/null") << QString() << QStringLiteral("it is there, and no file");
        QTest::newRow("into a folder that is not there") << QStringLiteral("no/trace.json") << QString() << QString();
    }
    void symbolicLinkThatLeadsToNoFileIsRefused()
    {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(QString, reason);
        const QString path = m_folder->filePath(QStringLiteral("link.json"));
        QCOMPARE(symlink(qPrintable(first), qPrintable(path)), 0);
        if (!second.isEmpty())
            QCOMPARE(symlink(qPrintable(second), qPrintable(m_folder->filePath(first))), 0);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("setTraceFile\\(\\): \"%1\" cannot be written: %2.*; nothing was changed")
                                                                      .arg(QRegularExpression::escape(path), reason)));
        QVERIFY(!setTraceFile(path));
        QVERIFY(QFileInfo(path).isSymbolicLink());
        QVERIFY(!QFileInfo::exists(path + QStringLiteral(".lock")));
    }
#endif

    // A program may show its messages through a registry.
    void messagesOfTheTraceMayBePosted()
    {
        static AsyncRegistry<int> *shown = nullptr;
        AsyncRegistry<int> registry;
        int messages = 0;
        registry.registerHandler([&](const int &) { ++messages; });
        shown = &registry;
        QVERIFY(setTraceFile(m_path));
        const QtMessageHandler before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {
            AsyncRegistry<int> other;
            other.setName(QStringLiteral("other"));
            other.registerHandler([](const int &) {});
            other.post(1);
            shown->post(1);
        });
        setTraceFile(m_folder->filePath(QStringLiteral("no/such/folder.json")));
        qInstallMessageHandler(before);
        QCOMPARE(messages, 1);
    }

    void filesFollowEachOther()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        const QString other = m_folder->filePath(QStringLiteral("other.json"));
        QVERIFY(setTraceFile(m_path));
        registry.post(1);
        QVERIFY(setTraceFile(other));
        registry.post(1);
        registry.post(1);
        QVERIFY(setTraceFile({}));
        QVERIFY(setTraceFile(m_path)); // begun again
        QVERIFY(setTraceFile({}));
        QCOMPARE(readTrace(m_path).slices.size(), std::size_t(0));
        QCOMPARE(readTrace(other).named(QStringLiteral("numbers/each")).size(), std::size_t(2));
    }

    // The producers are faster than the writer, who says what it could not keep up with.
    void floodLeavesTwoWholeFilesOfBoundedSize()
    {
        constexpr qint64 most = 32 * 1024 * 1024;
        // The program may go to another folder meanwhile.
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(m_folder->path()));
        const bool isBegun = setTraceFile(QFileInfo(m_path).fileName());
        QVERIFY(QDir::setCurrent(before));
        QVERIFY(isBegun);
        std::optional<WorkerThread> worker(std::in_place);
        worker->run([] { QThread::currentThread()->setObjectName(QStringLiteral("worker of the test")); });
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        std::atomic<int> calls = 0;
        registry.registerHandler(worker->context(), [&](const int &) { ++calls; }, {.name = QStringLiteral("each")});
        const QString previous = m_path + QStringLiteral(".previous");
        int posted = 0;
        while (!QFileInfo::exists(previous) || QFileInfo(m_path).size() < most / 8) {
            post(registry, 1000);
            posted += 1000;
            QVERIFY(waitFor([&] { return calls > posted - 20'000; }));
        }
        QVERIFY(waitFor([&] { return calls == posted; }));
        worker.reset(); // its last slices are over
        QVERIFY(setTraceFile({}));
        for (const QString &path : {m_path, previous}) {
            QVERIFY(QFileInfo(path).size() <= most);
            const Trace trace = readTrace(path);
            QCOMPARE(trace.fault, QString());
            QVERIFY(trace.slices.size() > 1000);
            QCOMPARE(trace.process, QStringLiteral("tst_trace"));
            QVERIFY(trace.threads.size() >= 2);
            for (const Slice &slice : trace.slices)
                QVERIFY(slice.end >= slice.begin);
        }
    }

    void tenMillionEventsLeaveFilesOfBoundedSize()
    {
        constexpr qint64 most = 32 * 1024 * 1024;
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        int calls = 0;
        registry.registerHandler([&](const int &) { ++calls; }, {.name = QStringLiteral("each")});
        const int count = scaled(10'000'000);
        post(registry, count);
        QCOMPARE(calls, count);
        QVERIFY(setTraceFile({}));
        QVERIFY(QFileInfo(m_path).size() <= most);
        QVERIFY(QFileInfo(m_path + QStringLiteral(".previous")).size() <= most);
        QCOMPARE(QDir(QFileInfo(m_path).path()).entryList({QFileInfo(m_path).fileName() + QLatin1Char('*')}, QDir::Files).size(),
                 QFileInfo::exists(m_path + QStringLiteral(".previous")) ? 2 : 1);
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.seek(file.size() - 16));
        QVERIFY(file.readAll().trimmed().endsWith(']'));
    }

    void threadsMayComeAndGoByTheThousand()
    {
        QVERIFY(setTraceFile(m_path));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("each")});
        const int threads = scaled(2000);
        for (int i = 0; i < threads; i += 4) {
            std::vector<std::thread> some;
            for (int j = 0; j < 4; ++j)
                some.emplace_back([&] { registry.post(i); });
            for (std::thread &thread : some)
                thread.join();
        }
        QVERIFY(setTraceFile({}));
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        const std::vector<Slice> called = trace.named(QStringLiteral("numbers/each"));
        QCOMPARE(int(called.size()), (threads + 3) / 4 * 4);
        QSet<int> seen;
        for (const Slice &slice : called)
            seen.insert(slice.thread);
        QCOMPARE(std::size_t(seen.size()), called.size());
    }

    void traceBeginsAndEndsWhileThreadsNotify()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {});
        registry.registerHandler(worker.context(), [](const int &) {}, {.backlog = Backlog::newest()});
        std::atomic<bool> isOver = false;
        QStringList faults;
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&] {
                while (!isOver) {
                    registry.post(1);
                    AsyncRegistry<int> other;
                    other.registerHandler([](const int &) {});
                    other.post(2);
                }
            });
        }
        for (int i = 0; i < 10; ++i) {
            setTraceFile(m_path);
            if (!waitFor([&] { return !readTrace(m_path).slices.empty(); }))
                faults.append(QStringLiteral("nothing was recorded"));
            setTraceFile({});
            faults.append(readTrace(m_path).fault);
        }
        isOver = true;
        for (std::thread &thread : threads)
            thread.join();
        faults.removeAll(QString());
        QVERIFY2(faults.isEmpty(), qPrintable(faults.join(QLatin1Char(0x3b))));
    }

    void environmentVariableBeginsIt()
    {
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SIGNALBOX_TRACE"), m_path);
        child.setProcessEnvironment(environment);
        runToEnd(child, "environment");
        QCOMPARE(child.exitCode(), 0);
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QCOMPARE(trace.named(QStringLiteral("numbers/child")).size(), std::size_t(10));
        QVERIFY(!QFileInfo::exists(m_path + QStringLiteral(".lock")));
    }

    void environmentVariableThatCannotBeUsedOnlyWarns()
    {
        QProcess child;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SIGNALBOX_TRACE"), m_folder->filePath(QStringLiteral("no/such/folder.json")));
        environment.insert(QStringLiteral("QT_FORCE_STDERR_LOGGING"), QStringLiteral("1"));
        child.setProcessEnvironment(environment);
        runToEnd(child, "environment");
        QCOMPARE(child.exitStatus(), QProcess::NormalExit);
        QCOMPARE(child.exitCode(), 0);
        QCOMPARE(child.readAllStandardError().count("folder.json\" cannot be written"), 1);
    }

    void quickExitWritesWhatIsLeft()
    {
#ifndef Q_OS_LINUX
        QSKIP("there is no quick_exit() everywhere");
#endif
        QProcess child;
        runToEnd(child, "quick_exit");
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QCOMPARE(trace.named(QStringLiteral("numbers/child")).size(), std::size_t(10));
    }

    void crashLeavesAWholeFile()
    {
        SKIP_WITH_THREAD_SANITIZER
        QProcess child;
        runToEnd(child, "crash");
        QCOMPARE(child.exitStatus(), QProcess::CrashExit);
        const Trace trace = readTrace(m_path);
        QCOMPARE(trace.fault, QString());
        QVERIFY(trace.named(QStringLiteral("numbers/child")).size() >= 10);
        // And what it has left does not stand in the way.
        QVERIFY(setTraceFile(m_path));
        QVERIFY(!QFileInfo::exists(m_path + QLatin1Char('.') + QString::number(QCoreApplication::applicationPid())));
    }

    // At any moment, also in the middle of a write.
    void killedProcessLeavesAWholeFile()
    {
        SKIP_WITH_THREAD_SANITIZER
        const int rounds = stressed(20);
        for (int round = 0; round < rounds; ++round) {
            QProcess child;
            start(child, "flood");
            const qint64 size = 100'000 + round * 50'000;
            QVERIFY(waitFor([&] { return QFileInfo(m_path).size() > size; }));
            child.kill();
            QVERIFY(child.waitForFinished());
            const Trace trace = readTrace(m_path);
            QCOMPARE(trace.fault, QString());
            QVERIFY(!trace.slices.empty());
            QVERIFY(QFile::remove(m_path));
        }
    }

    void secondProcessWritesToAFileOfItsOwn()
    {
        SKIP_WITH_THREAD_SANITIZER
        QProcess child;
        start(child, "wait");
        QVERIFY(setTraceFile(m_path));
        child.write("\n");
        QVERIFY(waitFor([&] { return child.canReadLine(); }));
        const QString others = m_path + QLatin1Char('.') + QString::number(child.processId());
        child.write("\n");
        QVERIFY(child.waitForFinished());
        QVERIFY(setTraceFile({}));
        QCOMPARE(readTrace(m_path).fault, QString());
        QCOMPARE(readTrace(others).named(QStringLiteral("numbers/child")).size(), std::size_t(10));
        QCOMPARE(readTrace(m_path).named(QStringLiteral("numbers/child")).size(), std::size_t(0));
    }

    void fullDiskEndsTheTraceWithAWholeFile()
    {
#ifndef Q_OS_UNIX
        QSKIP("a file's size cannot be limited");
#endif
        QProcess child;
        runToEnd(child, "full");
        QCOMPARE(child.exitStatus(), QProcess::NormalExit);
        QVERIFY2(child.readAllStandardError().contains("cannot be written"), child.readAllStandardError().constData());
        QCOMPARE(readTrace(m_path).fault, QString());
        QVERIFY(QFileInfo(m_path).size() <= 64 * 1024);
    }

private:
    void start(QProcess &child, const char *what)
    {
        child.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--child"), QLatin1String(what), m_path});
        QVERIFY(child.waitForStarted());
    }
    void runToEnd(QProcess &child, const char *what)
    {
        start(child, what);
        QVERIFY(child.waitForFinished());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_path;
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 4 && QByteArray(argv[1]) == "--child")
        return runChild(argv[2], QString::fromLocal8Bit(argv[3]));
    TraceTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_trace.moc"
