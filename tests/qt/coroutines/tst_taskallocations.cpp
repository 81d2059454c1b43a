// SPDX-License-Identifier: MIT
#include "../core/allocations.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/HandlerTarget>
#include <SignalBox/NextEvent>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/WatchSender>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

// Has a malloc() of its own, so it is a program of its own.

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::AsyncWatch;
using SignalBox::EventStream;
using SignalBox::inPool;
using SignalBox::runOn;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::WatchSender;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;

namespace {

constexpr int awaits = 2000;

// What this thread allocates between its begin and its end.
class Counted
{
public:
    // The first awaits warm up.
    void at(int await)
    {
        if (await == awaits)
            m_count = std::make_unique<AllocationCount>();
        else if (await == 2 * awaits - 1)
            m_allocations = m_count->value();
    }
    long allocations() const { return m_allocations; }

private:
    std::unique_ptr<AllocationCount> m_count;
    long m_allocations = awaits;
};

void runUntilEnd(const TaskHandle<> &handle)
{
    while (!handle.isFinished())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
}

// Events and deadlines lie in blocks that many of them share; and now and then this thread wakes its own loop.
#define VERIFY_FEW(counted, name) \
    do { \
        qInfo() << (counted).allocations() << "allocations for" << awaits << name; \
        QVERIFY((counted).allocations() < awaits / 2); \
    } while (false)

} // namespace

class TaskAllocations : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sleepForAllocatesNothing()
    {
        QObject context;
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 2 * awaits; ++i) {
                counted.at(i);
                co_await sleepFor(100us); // so that it is the thread of the deadlines that wakes the loop
            }
        });
        runUntilEnd(handle);
        VERIFY_FEW(counted, "sleeps");
    }

    void yieldToLoopAllocatesNothing()
    {
        QObject context;
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 2 * awaits; ++i) {
                counted.at(i);
                co_await yieldToLoop();
            }
        });
        runUntilEnd(handle);
        VERIFY_FEW(counted, "yields");
    }

    void streamAllocatesNothing()
    {
        QObject context;
        AsyncRegistry<int> registry;
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = registry.stream(&context);
            while (const auto number = co_await stream)
                counted.at(*number);
        });
        for (int i = 0; i < 2 * awaits; ++i)
            registry.post(i);
        VERIFY_FEW(counted, "events of a stream");
        handle.cancel();
    }

    void nextAllocatesNothingAfterTheFirst()
    {
        QObject context;
        AsyncRegistry<int> registry;
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (const auto number = co_await registry.next())
                counted.at(*number);
        });
        for (int i = 0; i < 2 * awaits; ++i)
            registry.post(i);
        VERIFY_FEW(counted, "next events");
        handle.cancel();
    }

    void deliverAllToInlineHandlersAllocatesNothing()
    {
        QObject context;
        AsyncRegistry<int> registry;
        int sum = 0;
        registry.registerHandler([&](int number) { sum += number; });
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 2 * awaits; ++i) {
                counted.at(i);
                co_await registry.deliverAll(i);
            }
        });
        runUntilEnd(handle);
        VERIFY_FEW(counted, "deliveries");
    }

    void runOnAllocatesNothing()
    {
        QObject context;
        QThreadPool pool;
        pool.setExpiryTimeout(-1);
        Counted counted;
        int calls = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            for (int i = 0; i < 2 * awaits; ++i) {
                counted.at(i);
                co_await runOn(inPool(&pool), [&calls] { ++calls; });
            }
        });
        runUntilEnd(handle);
        QCOMPARE(calls, 2 * awaits);
        qInfo() << counted.allocations() << "allocations for" << awaits
                << "calls in a pool, whose queue makes one each";
        QVERIFY(counted.allocations() < awaits + awaits / 2);
    }

    void whenAnyAllocatesNothing()
    {
        QObject context;
        AsyncRegistry<int> registry;
        AsyncRegistry<int> silent;
        Counted counted;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = registry.stream(&context);
            for (;;) {
                const auto first = co_await whenAny(stream, silent.next(), sleepFor(1h));
                counted.at(std::get<0>(first).value());
            }
        });
        for (int i = 0; i < 2 * awaits; ++i)
            registry.post(i);
        VERIFY_FEW(counted, "waits for any of three");
        handle.cancel();
    }

    void changedAllocatesNothing()
    {
        QObject context;
        WatchSender<void> sender; // a value would be one
        AsyncWatch<> watch(sender.subscribe());
        Counted counted;
        std::atomic<int> changes = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            while (const bool hasChanged = co_await watch.changed())
                counted.at(changes += hasChanged);
        });
        std::thread thread([&] { // whose sends post, and wake the loop
            for (int i = 0; i < 2 * awaits; ++i) {
                sender.send();
                while (changes <= i)
                    std::this_thread::yield();
            }
        });
        while (changes < 2 * awaits)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        thread.join();
        VERIFY_FEW(counted, "changes");
        handle.cancel();
    }

    // The frame, and two for the record of the call. Nothing more where it waits, as nobody asks for a report.
    void eventToAHandlerThatAwaitsAllocatesItsFrameAndItsRecord()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> others;
        QObject context;
        auto stream = others.stream(&context);
        int ends = 0;
        registry.registerHandler(&context, [&](const int &) -> Task<> {
            const auto number = co_await stream;
            ends += number.value();
        });
        QCoreApplication::processEvents(); // the context is seen on its thread
        const auto post = [&] {
            registry.post(1);
            others.post(1);
        };
        for (int i = 0; i < awaits; ++i)
            post();
        const AllocationCount count;
        for (int i = 0; i < awaits; ++i)
            post();
        const long allocations = count.value();
        qInfo() << allocations << "allocations for" << awaits << "handlers that await";
        QCOMPARE(ends, 2 * awaits);
        QVERIFY(allocations < 3 * awaits + awaits / 2);
    }
};

QTEST_GUILESS_MAIN(TaskAllocations)
#include "tst_taskallocations.moc"
