// SPDX-License-Identifier: MIT
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <QtCore/qeventloop.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <memory>
#include <string>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::EventBatch;
using SignalBox::Nested;

// Handlers that are not called again from an event loop that they opened themselves.
class NestedWait : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventsWaitInOrderUntilTheHandlerHasReturned_data()
    {
        QTest::addColumn<Delivery>("delivery");
        QTest::newRow("inline at first") << Delivery::Auto;
        QTest::newRow("queued") << Delivery::Queued;
    }
    void eventsWaitInOrderUntilTheHandlerHasReturned()
    {
        QFETCH(const Delivery, delivery);
        AsyncRegistry<int> registry;
        std::string seen;
        registry.registerHandler(this, [&](const int &event) {
            seen += '(';
            seen += char('0' + event);
            if (event == 1) {
                registry.post(2);
                registry.post(3);
                runQueuedCalls();
            }
            seen += ')';
        }, {.delivery = delivery, .nested = Nested::Wait});
        registry.post(1);
        QVERIFY(waitFor([&] { return seen.size() == 9; }));
        QCOMPARE(seen, std::string("(1)(2)(3)"));
    }

    void otherHandlersGoOn()
    {
        AsyncRegistry<int> registry;
        std::string seen;
        registry.registerHandler(this, [&](const int &event) {
            seen += char('a' + event);
            if (event == 0) {
                registry.post(1);
                runQueuedCalls();
                seen += '.';
            }
        }, {.delivery = Delivery::Queued, .nested = Nested::Wait});
        registry.registerHandler(this, [&](const int &event) { seen += char('0' + event); }, {.delivery = Delivery::Queued});
        registry.post(0);
        QVERIFY(waitFor([&] { return seen.size() == 5; }));
        QVERIFY2(seen == "a01.b" || seen == "0a1.b", seen.c_str());
    }

    void loopsInLoopsOfBothKindsOfHandlers()
    {
        AsyncRegistry<int> registry;
        std::vector<int> waiting;
        std::vector<int> delivering;
        int depth = 0;
        registry.registerHandler(this, [&](const int &event) {
            QCOMPARE(depth, 0);
            ++depth;
            if (event < 3) {
                registry.post(event + 1);
                runQueuedCalls();
            }
            --depth;
            waiting.push_back(event);
        }, {.priority = 1, .delivery = Delivery::Queued, .nested = Nested::Wait});
        registry.registerHandler(this, [&](const int &event) {
            runQueuedCalls();
            delivering.push_back(event);
        }, {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(waitFor([&] { return waiting.size() == 3 && delivering.size() == 3; }));
        QCOMPARE(waiting, (std::vector{1, 2, 3}));
    }

    void batchesWaitToo()
    {
        AsyncRegistry<int> registry;
        std::vector<std::size_t> sizes;
        registry.registerHandler(this, [&](const EventBatch<int> &batch) {
            if (sizes.empty()) {
                registry.post(2);
                registry.post(3);
                runQueuedCalls();
            }
            sizes.push_back(std::size_t(batch.size()));
        }, {.nested = Nested::Wait});
        registry.post(1);
        QVERIFY(waitFor([&] { return sizes.size() == 2; }));
        QCOMPARE(sizes, (std::vector<std::size_t>{1, 2}));
    }

    void timedBacklogWaitsToo()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        bool isInside = false;
        registry.registerHandler(this, [&](const int &event) {
            QVERIFY(!isInside);
            isInside = true;
            seen.push_back(event);
            if (event == 1) {
                registry.post(2);
                QEventLoop loop;
                QTimer::singleShot(20, &loop, &QEventLoop::quit);
                loop.exec();
            }
            isInside = false;
        }, {.backlog = Backlog::newest().every(1), .nested = Nested::Wait});
        registry.post(1);
        QVERIFY(waitFor([&] { return seen.size() == 2; }));
        QCOMPARE(seen, (std::vector{1, 2}));
    }

    void contextMayDieInTheLoopWhileEventsWait()
    {
        AsyncRegistry<int> registry;
        const auto capture = std::make_shared<int>(0);
        auto *context = new QObject;
        int calls = 0;
        QFuture<SignalBox::DispatchReport> waits;
        registry.registerHandler(context, [&, capture](const int &) {
            ++calls;
            waits = registry.notify(2);
            delete context;
            runQueuedCalls();
        }, {.delivery = Delivery::Queued, .nested = Nested::Wait});
        registry.post(1);
        QVERIFY(waitFor([&] { return calls == 1; }));
        QVERIFY(finishes(waits));
        QCOMPARE(waits.result().dropped, std::uint32_t(1));
        QCOMPARE(calls, 1);
        QCOMPARE(capture.use_count(), 1L);
    }

    void registryMayDieInTheLoopWhileEventsWait()
    {
        auto registry = std::make_unique<AsyncRegistry<int>>();
        int calls = 0;
        registry->registerHandler(this, [&](const int &) {
            ++calls;
            registry->post(2);
            registry.reset();
            runQueuedCalls();
        }, {.nested = Nested::Wait});
        registry->post(1);
        QVERIFY(waitFor([&] { return calls == 1; }));
        COMPARE_FINALLY(calls, 1);
    }

    void inlineHandlerCannotWait()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("registerHandler\\(\\).*Nested::Wait")));
        QVERIFY(!registry.registerHandler([](const int &) {}, {.nested = Nested::Wait}).isValid());
        QVERIFY(registry.isEmpty());
    }
};

QTEST_GUILESS_MAIN(NestedWait)
#include "tst_nestedwait.moc"
