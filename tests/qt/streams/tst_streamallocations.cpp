// SPDX-License-Identifier: MIT
#include "../core/allocations.h"

#include <SignalBox/EventStream>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtTest/qtest.h>

#include <coroutine>
#include <optional>
#include <thread>

// Has a malloc() of its own, so it is a program of its own.

using SignalBox::AsyncRegistry;
using SignalBox::EventStream;

namespace {

// The least that is a coroutine: it runs at once, and frees itself at its end.
struct Detached
{
    struct promise_type
    {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
};

Detached count(EventStream<int> &stream, int &seen)
{
    while (const std::optional<int> number = co_await stream)
        seen += *number;
}

} // namespace

class StreamAllocations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Some are of the event loop and of blocks of memory that many events share.
    void awaitingAnEventAllocatesNothing()
    {
        constexpr int events = 10'000;
        AsyncRegistry<int> registry;
        QObject context;
        EventStream<int> stream = registry.stream(&context);
        int seen = 0;
        count(stream, seen);
        long allocations = 0;
        for (int round = 1; round <= 3; ++round) { // the first warms up
            std::thread producer([&] {
                for (int i = 0; i < events; ++i)
                    registry.post(1);
            });
            const AllocationCount counted;
            while (seen < round * events)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            allocations = counted.value();
            producer.join();
        }
        QVERIFY2(allocations < events / 20, qPrintable(QString::number(allocations)));
        qInfo() << allocations << "allocations for" << events << "events";
    }
};

QTEST_GUILESS_MAIN(StreamAllocations)
#include "tst_streamallocations.moc"
