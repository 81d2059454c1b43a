// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qregularexpression.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

// More of everything than programs have: 10 000 registries, as many handlers as a registry takes, posts nested 10 000 deep.

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::HandlerId;

class AsyncScale : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tenThousandRegistriesDeliverToOneThread()
    {
        const int count = scaled(10000);
        WorkerThread worker;
        std::vector<std::unique_ptr<AsyncRegistry<int>>> registries;
        std::atomic<int> calls = 0;
        for (int i = 0; i < count; ++i) {
            registries.push_back(std::make_unique<AsyncRegistry<int>>());
            registries.back()->registerHandler(worker.context(), [&, i](const int &event) { calls += event == i; });
        }
        for (int i = 0; i < count; ++i)
            registries[std::size_t(i)]->post(i);
        worker.drain();
        QCOMPARE(calls.load(), count);
        // All of them go with events on their way.
        for (const auto &registry : registries)
            registry->post(0);
        registries.clear();
        worker.drain();
        QVERIFY(calls.load() <= 2 * count);
    }

    void hundredThousandHandlersOnTwoThreadsAreAllCalled()
    {
        const int count = scaled(100000);
        WorkerThread workers[2];
        AsyncRegistry<int> registry;
        std::vector<HandlerId> ids;
        int calls[2] = {};
        for (int i = 0; i < count; ++i) {
            ids.push_back(registry.registerHandler(SignalBox::onThread(workers[i % 2].thread()), [&calls, i](const int &) { ++calls[i % 2]; },
                                                   {.priority = i % 3}));
        }
        QCOMPARE(registry.handlerCount(), count);
        const auto first = registry.notify(1);
        QVERIFY(finishes(first));
        COMPARE_REPORT(first.result(), count, 0, 0);
        QCOMPARE(calls[0] + calls[1], count);
        QCOMPARE(registry.handlers().size(), ids.size());
        for (std::size_t i = 0; i < ids.size(); i += 2)
            QVERIFY(registry.unregister(ids[i]));
        const auto second = registry.notify(1);
        QVERIFY(finishes(second));
        COMPARE_REPORT(second.result(), count / 2, 0, 0);
        // And one after the other.
        for (std::size_t i = 1; i < ids.size(); i += 2) {
            if (i % 101 != 0)
                QVERIFY(registry.unregister(ids[i]));
        }
        const int left = registry.handlerCount();
        const auto third = registry.notifySequential(1);
        QVERIFY(finishes(third));
        COMPARE_REPORT(third.result(), left, 0, 0);
    }

    void contextOfTenThousandHandlersTakesThemAllWithIt()
    {
        const int count = scaled(10000);
        AsyncRegistry<int> registry;
        auto context = std::make_unique<QObject>();
        for (int i = 0; i < count; ++i)
            registry.registerHandler(context.get(), [](const int &) {}, {.delivery = Delivery::Queued});
        const auto future = registry.notify(1);
        context.reset();
        QCOMPARE(registry.handlerCount(), 0);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 0, 0, count);
    }

    void handlerThatIsOneTooManyIsRefused()
    {
        if (scaled(100) < 100)
            QSKIP("takes 1.2 GB, and more under a sanitizer");
        constexpr int limit = 1048544;
        AsyncRegistry<int> registry;
        const auto addOne = [&registry] { return registry.registerHandler([](const int &) {}); };
        const HandlerId first = addOne();
        for (int i = 1; i < limit; ++i)
            addOne();
        QCOMPARE(registry.handlerCount(), limit);
        const char *const reason = "a registry holds at most 1048544 handlers";
        const auto expectRefusal = [reason](const char *call) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QRegularExpression::escape(QLatin1String(call)) + QLatin1String(".*")
                                                                  + QLatin1String(reason)));
        };
        expectRefusal("AsyncRegistry::registerHandler()");
        QVERIFY(!addOne().isValid());
        expectRefusal("AsyncRegistry::registerGuard()");
        QVERIFY(!registry.registerGuard(this, [](const int &) {}).isActive());
        expectRefusal("AsyncRegistry::next()");
        const auto future = registry.next(this);
        QVERIFY(future.isFinished());
        QCOMPARE(future.result(), std::optional<int>());
        QCOMPARE(registry.handlerCount(), limit);
        QVERIFY(registry.unregister(first));
        QVERIFY(addOne().isValid());
    }

    // Inline: each level is a post inside a handler. The stack is larger than it needs, for what sanitizers add.
    void recursionTenThousandDeepReturns()
    {
#ifdef __SANITIZE_THREAD__
        constexpr int levels = 5000; // it cannot follow more frames than 65 536
#else
        constexpr int levels = 10000;
#endif
        AsyncRegistry<int> registry;
        std::uintptr_t top = 0;
        std::uintptr_t bottom = 0;
        int deepest = 0;
        registry.registerHandler([&](const int &level) {
            const volatile char here = 0;
            bottom = reinterpret_cast<std::uintptr_t>(&here);
            if (level == 1)
                top = bottom;
            deepest = level;
            if (level < levels)
                registry.post(level + 1);
        });
        const std::unique_ptr<QThread> thread(QThread::create([&] { registry.post(1); }));
        thread->setStackSize(128U << 20);
        thread->start();
        thread->wait();
        QCOMPARE(deepest, levels);
        const auto perLevel = (top - bottom) / std::uintptr_t(levels - 1);
        qInfo("%d levels, %zu bytes of stack each", levels, std::size_t(perLevel));
#if !defined(__SANITIZE_ADDRESS__)
        QVERIFY(perLevel <= 1536);
#endif
        deepest = 0;
        registry.post(levels); // and goes on
        QCOMPARE(deepest, levels);
    }

    // Queued, each event posts the next one: depth costs no stack.
    void chainOfAHundredThousandQueuedPostsNeedsNoStack()
    {
        const int length = scaled(100000);
        AsyncRegistry<int> registry;
        QObject context;
        int reached = 0;
        std::uintptr_t top = 0;
        std::uintptr_t bottom = UINTPTR_MAX;
        registry.registerHandler(&context, [&](const int &event) {
            const volatile char here = 0;
            const auto address = reinterpret_cast<std::uintptr_t>(&here);
            top = std::max(top, address);
            bottom = std::min(bottom, address);
            reached = event;
            if (event < length)
                registry.post(event + 1);
        }, {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(waitFor([&] { return reached == length; }));
#if !defined(__SANITIZE_ADDRESS__) // whose stacks of returned functions are elsewhere
        QVERIFY(top - bottom < 65536);
#endif
    }
};

QTEST_GUILESS_MAIN(AsyncScale)
#include "tst_asyncscale.moc"
