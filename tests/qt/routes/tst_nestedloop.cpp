// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qeventloop.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;

// Handlers that open an event loop.
class NestedLoop : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deliveriesGoOnWhereTheOuterDrainStopped()
    {
        AsyncRegistry<int> registry;
        QObject context;
        std::string seen;
        QEventLoop loop;
        const auto add = [&](int priority, auto function) {
            registry.registerHandler(&context, function, {.priority = priority, .delivery = Delivery::Queued});
        };
        add(2, [&](const int &event) {
            seen += char('a' + event);
            if (event == 0) {
                seen += '(';
                loop.exec();
                seen += ')';
            }
        });
        add(1, [&](const int &event) { seen += char('A' + event); });
        add(0, [&](const int &event) {
            seen += char('0' + event);
            if (event == 2)
                loop.quit();
        });
        for (int i = 0; i < 3; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return seen.size() == 11; }));
        // Also the remaining handlers of the event whose first one opened the loop.
        QCOMPARE(seen, std::string("a(A0bB1cC2)"));
    }

    void eventsPostedInsideTheLoopAreDeliveredThere()
    {
        WorkerThread producer;
        AsyncRegistry<int> registry;
        std::vector<int> inside;
        QEventLoop loop;
        bool isInside = false;
        registry.registerHandler(this, [&](const int &event) {
            if (event == 0) {
                producer.post([&] {
                    for (int i = 1; i <= 100; ++i)
                        registry.post(i);
                });
                isInside = true;
                loop.exec();
                isInside = false;
                return;
            }
            QVERIFY(isInside);
            inside.push_back(event);
            if (event == 100)
                loop.quit();
        }, {.delivery = Delivery::Queued});
        registry.post(0);
        QVERIFY(waitFor([&] { return inside.size() == 100 && !isInside; }));
    }

    void loopsMayBeNestedDeeply()
    {
        constexpr int depth = 30;
        AsyncRegistry<int> registry;
        int deepest = 0;
        int current = 0;
        registry.registerHandler(this, [&](const int &event) {
            deepest = std::max(deepest, ++current);
            if (event < depth) {
                QEventLoop loop;
                const int entered = deepest;
                while (deepest == entered)
                    loop.processEvents(QEventLoop::WaitForMoreEvents);
            }
            --current;
        }, {.delivery = Delivery::Queued});
        for (int i = 1; i <= depth; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return deepest == depth && current == 0; }));
    }

    void latestIsDeliveredInsideALoopOfItsOwnHandler()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        QEventLoop loop;
        registry.registerHandler(this, [&](const int &event) {
            seen.push_back(event);
            if (event == 1) {
                registry.post(2);
                registry.post(3);
                loop.exec();
            } else {
                loop.quit();
            }
        }, {.backlog = Backlog::newest()});
        registry.post(1);
        QVERIFY(waitFor([&] { return seen.size() == 2; }));
        QCOMPARE(seen, (std::vector<int>{1, 3}));
    }

    // The event of the outer drain outlives the entry that it came with.
    void eventIsAliveAfterItsOtherHandlersRanInside()
    {
        AsyncRegistry<std::shared_ptr<int>> registry;
        QEventLoop loop;
        int value = 0;
        bool isOver = false;
        registry.registerHandler(this, [&](const std::shared_ptr<int> &event) {
            loop.exec();
            value = *event;
            isOver = true;
        }, {.priority = 1, .delivery = Delivery::Queued});
        registry.registerHandler(this, [&](const std::shared_ptr<int> &) { loop.quit(); }, {.delivery = Delivery::Queued});
        registry.post(std::make_shared<int>(42));
        QVERIFY(waitFor([&] { return isOver; }));
        QCOMPARE(value, 42);
    }

    void handlerMayBeUnregisteredAndItsRegistryDestroyedInsideItsLoop()
    {
        auto *registry = new AsyncRegistry<int>;
        const auto capture = std::make_shared<int>(0);
        int calls = 0;
        bool isOver = false;
        registry->registerHandler(this, [&, capture](const int &event) {
            ++calls;
            if (event != 1)
                return;
            QEventLoop loop;
            QMetaObject::invokeMethod(this, [&] {
                delete registry;
                loop.quit();
            }, Qt::QueuedConnection);
            loop.exec();
            isOver = true;
        }, {.delivery = Delivery::Queued});
        registry->post(1);
        registry->post(2);
        const auto future = registry->notify(3);
        QVERIFY(waitFor([&] { return isOver; }));
        QVERIFY(finishes(future));
        QVERIFY(future.result().called + future.result().dropped == 1);
        QVERIFY(calls <= 3);
        QCOMPARE(capture.use_count(), 1L);
    }

    void contextMayMoveAwayInsideALoopOfAnotherHandler()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        std::atomic<int> seen = 0;
        registry.registerHandler(context, [&](const int &event) { seen = event; }, {.delivery = Delivery::Queued});
        bool hasArrived = false;
        AsyncRegistry<int> outer;
        outer.registerHandler(this, [&](const int &) {
            registry.post(1);
            QCoreApplication::processEvents(); // delivered in a nested drain
            registry.post(2);
            context->moveToThread(worker.thread());
            hasArrived = waitFor([&] { return seen == 2; });
        }, {.delivery = Delivery::Queued});
        outer.post(1);
        QVERIFY(waitFor([&] { return hasArrived; }));
        worker.run([&] { delete context; });
    }
};

QTEST_GUILESS_MAIN(NestedLoop)
#include "tst_nestedloop.moc"
