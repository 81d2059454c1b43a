// SPDX-License-Identifier: MIT
#include "../core/allocations.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <QtCore/qcoreapplication.h>
#include <QtTest/qtest.h>

#include <new>
#include <vector>

// Has a malloc() of its own, so it is a program of its own.

using SignalBox::AsyncRegistry;
using SignalBox::EventBatch;

// What waits for a batch handler alone takes memory in segments, and gives it back.
class BatchMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void manyPostsShareAnAllocation()
    {
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(&context, [](const EventBatch<int> &) {});
        registry.post(0);
        QCoreApplication::processEvents();
        const AllocationCount count;
        for (int i = 0; i < 10000; ++i)
            registry.post(i);
        QVERIFY2(count.value() <= 10000 / 200, qPrintable(QString::number(count.value())));
    }

    void aFewPostsAtATimeAllocateNoSegment()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int received = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { received += int(batch.size()); });
        registry.post(0);
        QCoreApplication::processEvents();
        registry.post(1);
        QCoreApplication::processEvents();
        long allocations = 0;
        for (int i = 0; i < 100; ++i) {
            const AllocationCount count;
            registry.post(1);
            registry.post(2); // the visit is on its way
            allocations += count.value();
            QCoreApplication::processEvents();
        }
        QCOMPARE(received, 202);
        QVERIFY2(allocations <= 200, qPrintable(QString::number(allocations))); // Qt's, to call the event loop
    }

    void memoryOfABurstIsGivenBack()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int received = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) { received += int(batch.size()); });
        const auto burst = [&](int events) {
            for (int i = 0; i < events; ++i)
                registry.post(i);
            QCoreApplication::processEvents();
        };
        burst(1000);
        const long before = liveAllocations();
        burst(1000000);
        QCOMPARE(received, 1001000);
        QVERIFY2(liveAllocations() <= before + 2, qPrintable(QString::number(liveAllocations() - before)));
    }

    // Of newestBy(): neither an event nor a key is lost without being told of, and a refused key is none.
    void postOfAKeyWithoutMemoryThrowsOrIsCounted_data()
    {
        QTest::addColumn<bool>("areKeysKnown");
        QTest::newRow("new keys") << false;
        QTest::newRow("known keys") << true;
    }
    void postOfAKeyWithoutMemoryThrowsOrIsCounted()
    {
        QFETCH(bool, areKeysKnown);
        constexpr int keys = 100;
        constexpr int events = 20000;
        AsyncRegistry<int> registry;
        QObject context;
        quint64 received = 0;
        std::vector<int> last(keys, -1);
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            received += batch.size();
            for (const int event : batch)
                last[std::size_t(event % keys)] = event;
        }, {.backlog = SignalBox::Backlog::newestBy([](int event) { return event % keys; })});
        quint64 posted = 0;
        for (; areKeysKnown && posted < keys; ++posted)
            registry.post(int(posted));
        quint64 thrown = 0;
        {
            const OutOfMemory none;
            for (int i = 0; i < events; ++i, ++posted) {
                try {
                    registry.post(i);
                } catch (const std::bad_alloc &) {
                    ++thrown;
                }
            }
        }
        QVERIFY(thrown > 0 || registry.handlers().front().dropped > 0);
        for (int key = 0; key < keys; ++key, ++posted)
            registry.post(events + key);
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        const auto row = registry.handlers().front();
        QCOMPARE(received + row.merged + row.dropped + thrown, posted);
        for (int key = 0; key < keys; ++key)
            QCOMPARE(last[std::size_t(key)], events + key);
    }

    void postWithoutMemoryThrowsOrIsCounted()
    {
        AsyncRegistry<int> registry;
        QObject context;
        quint64 received = 0;
        quint64 lost = 0;
        registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
            received += batch.size();
            lost += batch.lost();
        });
        quint64 thrown = 0;
        constexpr int events = 20000; // more than the claims that a segment has room for
        {
            const OutOfMemory none;
            for (int i = 0; i < events; ++i) {
                try {
                    registry.post(i);
                } catch (const std::bad_alloc &) {
                    ++thrown;
                }
            }
        }
        registry.post(1);
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        QCOMPARE(received + lost + thrown, quint64(events + 1));
        QVERIFY(received >= 1);
        QVERIFY(lost + thrown > 0);
    }
};

QTEST_GUILESS_MAIN(BatchMemory)

#include "tst_batchmemory.moc"
