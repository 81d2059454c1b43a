// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "tracearray.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Trace>

#include <QtCore/qjsonobject.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A trace on a disk that does not answer. The program's own write() stands in front of the C library's: while the disk is held, a
// thread that is not the test's waits in it.

using SignalBox::AsyncRegistry;
using SignalBox::setTraceFile;

namespace {

const pthread_t testThread = pthread_self();
constinit std::atomic<bool> isHeld = false;
constinit std::atomic<bool> isWaitedFor = false;

// Longer than the test's own patience is a fault, and ends.
void waitForDisk()
{
    isWaitedFor = true;
    for (int i = 0; isHeld && i < patience; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    isWaitedFor = false;
}

bool isFile(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

} // namespace

extern "C" ssize_t write(int descriptor, const void *bytes, size_t count)
{
    if (isHeld && !pthread_equal(pthread_self(), testThread) && isFile(descriptor))
        waitForDisk();
    return syscall(SYS_write, descriptor, bytes, count);
}

class TraceDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        isHeld = false;
        setTraceFile({});
    }

    void producersDoNotWaitAndWhatFindsNoRoomIsCounted()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("trace.json"));
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("numbers"));
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("inline")});
        QVERIFY(setTraceFile(path));
        isHeld = true;
        registry.post(0);
        QVERIFY(waitFor([] { return isWaitedFor.load(); }));

        // A thread, a registry, a handler and a name that are new; and a drain.
        const int posts = 20'000; // more than a buffer holds
        std::thread([&] {
            for (int i = 0; i < posts; ++i)
                registry.post(i);
        }).join();
        AsyncRegistry<int> other;
        other.setName(QStringLiteral("other"));
        int calls = 0;
        other.registerHandler(this, [&](const int &) { ++calls; },
                              {.name = QStringLiteral("queued"), .delivery = SignalBox::Delivery::Queued});
        other.post(1);
        QVERIFY(waitFor([&] { return calls == 1; }));
        WorkerThread worker;
        worker.run([] { QThread::currentThread()->setObjectName(QStringLiteral("new")); });
        worker.run([&] { registry.post(0); });
        QVERIFY(isWaitedFor);

        isHeld = false;
        QVERIFY(setTraceFile({}));
        const auto [trace, fault] = readTraceArray(path);
        QVERIFY2(fault.isEmpty(), qPrintable(fault));
        std::map<int, int> slices; // by thread
        std::map<int, int> ends;
        std::map<int, int> dropped;
        std::map<QString, int> names;
        for (const auto &value : trace) {
            const QJsonObject element = value.toObject();
            const QString phase = element[QStringLiteral("ph")].toString();
            const int thread = element[QStringLiteral("tid")].toInt();
            slices[thread] += phase == QStringLiteral("B");
            ends[thread] += phase == QStringLiteral("E");
            if (phase == QStringLiteral("B"))
                ++names[element[QStringLiteral("name")].toString()];
            if (element[QStringLiteral("name")] == QStringLiteral("gap"))
                dropped[thread] += element[QStringLiteral("args")][QStringLiteral("dropped")].toInt();
        }
        QCOMPARE(ends, slices);
        QCOMPARE(dropped.size(), std::size_t(1)); // of the producer
        const auto [producer, missing] = *dropped.cbegin();
        QVERIFY(missing > 0);
        QVERIFY(slices[producer] > 0);
        QCOMPARE(slices[producer] + missing, 2 * posts); // of the post and of the handler
        QCOMPARE(names[QStringLiteral("other/queued")], 1);
        QCOMPARE(names[QStringLiteral("post other")], 1);
    }
};

QTEST_GUILESS_MAIN(TraceDisk)
#include "tst_tracedisk.moc"
