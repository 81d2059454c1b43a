// SPDX-License-Identifier: MIT
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>

#include <QtCore/qeventloop.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
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

    void dialogsInDialogsOfBothKindsOfHandlers()
    {
        AsyncRegistry<int> waiting;
        AsyncRegistry<int> delivering;
        std::string seen;
        std::vector<QEventLoop *> dialogs;
        const auto openDialog = [&](char begin, int event, char end) {
            seen += begin;
            seen += char('0' + event);
            QEventLoop dialog;
            dialogs.push_back(&dialog);
            dialog.exec();
            seen += end;
        };
        waiting.registerHandler(this, [&](const int &event) { openDialog('(', event, ')'); },
                                {.delivery = Delivery::Queued, .nested = Nested::Wait});
        delivering.registerHandler(this, [&](const int &event) { openDialog('[', event, ']'); }, {.delivery = Delivery::Queued});
        const auto closeDialog = [&] {
            QEventLoop *const innermost = dialogs.back();
            dialogs.pop_back();
            innermost->quit();
        };

        // What the user does, when so many dialogs are open.
        struct Step
        {
            std::size_t depth;
            std::function<void()> act;
        };
        std::deque<Step> steps{
            {1, [&] { delivering.post(1); }},
            {2, [&] { waiting.post(2); delivering.post(2); }},
            {3, closeDialog}, {2, closeDialog}, {1, closeDialog},
            {1, closeDialog}, // of the event that waited
        };
        QTimer user;
        connect(&user, &QTimer::timeout, [&] {
            if (steps.empty() || dialogs.size() != steps.front().depth)
                return;
            const auto act = std::move(steps.front().act);
            steps.pop_front();
            act();
        });
        user.start(1);
        waiting.post(1);
        QVERIFY(waitFor([&] { return steps.empty() && dialogs.empty(); }));
        COMPARE_FINALLY(seen, std::string("(1[1[2]])(2)"));
    }

    void limitedBacklogsKeepTheirLimitMeanwhile_data()
    {
        QTest::addColumn<bool>("isNewest");
        QTest::addColumn<QList<int>>("expected");
        QTest::newRow("newest") << true << QList{0, 4, 5};
        QTest::newRow("oldest") << false << QList{0, 1, 2};
    }
    void limitedBacklogsKeepTheirLimitMeanwhile()
    {
        QFETCH(const bool, isNewest);
        QFETCH(const QList<int>, expected);
        AsyncRegistry<int> registry;
        QList<int> seen;
        registry.registerHandler(this, [&](const int &event) {
            seen.append(event);
            if (event != 0)
                return;
            for (int i = 1; i <= 5; ++i)
                registry.post(i);
            runQueuedCalls();
            QCOMPARE(seen.size(), 1);
        }, {.backlog = isNewest ? Backlog::newest(2) : Backlog::oldest(2), .nested = Nested::Wait});
        registry.post(0);
        COMPARE_FINALLY(seen, expected);
    }

    void deliverInTheLoopIsRefusedAndTheEventsWait()
    {
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        SignalBox::HandlerId id;
        id = registry.registerHandler(this, [&](const int &event) {
            if (event == 1) {
                registry.post(2);
                runQueuedCalls();
                QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("deliver\\(\\).*not from within it")));
                QVERIFY(!registry.deliver(id));
            }
            seen.push_back(event);
        }, {.backlog = Backlog::all().onDemand(), .nested = Nested::Wait});
        registry.post(1);
        QVERIFY(registry.deliver(id));
        QCOMPARE(seen, std::vector{1});
        runQueuedCalls();
        QCOMPARE(seen, std::vector{1});
        QVERIFY(registry.deliver(id));
        QCOMPARE(seen, (std::vector{1, 2}));
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

    void contextOfTheOuterLoopMayDieInTheInnerOne()
    {
        AsyncRegistry<int> outer;
        AsyncRegistry<int> inner;
        auto *context = new QObject;
        std::string seen;
        QFuture<SignalBox::DispatchReport> waits;
        outer.registerHandler(context, [&](const int &) {
            seen += '(';
            waits = outer.notify(2);
            inner.post(1);
            runQueuedCalls();
            seen += ')';
        }, {.delivery = Delivery::Queued, .nested = Nested::Wait});
        inner.registerHandler(this, [&](const int &) {
            seen += '[';
            delete context;
            runQueuedCalls();
            seen += ']';
        }, {.delivery = Delivery::Queued});
        outer.post(1);
        QVERIFY(waitFor([&] { return seen.size() == 4; }));
        QVERIFY(finishes(waits));
        COMPARE_REPORT(waits.result(), 0, 0, 1);
        COMPARE_FINALLY(seen, std::string("([])"));
        QVERIFY(outer.isEmpty());
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
