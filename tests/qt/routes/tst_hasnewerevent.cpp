// SPDX-License-Identifier: MIT
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/HasNewerEvent>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::EventBatch;
using SignalBox::hasNewerEvent;

class HasNewerEvent : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void falseOutsideOfHandlersAndInInlineOnes()
    {
        QVERIFY(!hasNewerEvent());
        AsyncRegistry<int> registry;
        bool has = true;
        registry.registerHandler([&](const int &) { has = hasNewerEvent(); });
        registry.post(1);
        QVERIFY(!has);
    }

    void queuedHandlerSeesWhatWaitsForItself()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        std::vector<bool> answers;
        registry.registerHandler(this, [&](const int &) { answers.push_back(hasNewerEvent()); }, {.delivery = Delivery::Queued});
        other.registerHandler(this, [](const int &) {}, {.delivery = Delivery::Queued});
        registry.post(1);
        registry.post(2);
        other.post(1);
        QVERIFY(waitFor([&] { return answers.size() == 2; }));
        QCOMPARE(answers, (std::vector{true, false}));
    }

    void handlerSeesWhatItPostsItself()
    {
        AsyncRegistry<int> registry;
        std::vector<bool> answers;
        registry.registerHandler(this, [&](const int &event) {
            answers.push_back(hasNewerEvent());
            if (event == 1)
                registry.post(2);
            answers.push_back(hasNewerEvent());
        }, {.backlog = Backlog::newest()});
        registry.post(1);
        QVERIFY(waitFor([&] { return answers.size() == 4; }));
        QCOMPARE(answers, (std::vector{false, true, false, false}));
    }

    void batchHandlerSeesWhatCameAfterItsBatch()
    {
        AsyncRegistry<int> registry;
        std::vector<bool> answers;
        registry.registerHandler(this, [&](const EventBatch<int> &batch) {
            answers.push_back(hasNewerEvent());
            if (batch.size() == 2)
                registry.post(3);
            answers.push_back(hasNewerEvent());
        });
        registry.post(1);
        registry.post(2);
        QVERIFY(waitFor([&] { return answers.size() == 4; }));
        QCOMPARE(answers, (std::vector{false, true, false, false}));
    }

    void innermostHandlerCounts()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> plain;
        std::vector<bool> answers;
        plain.registerHandler([&](const int &) { answers.push_back(hasNewerEvent()); });
        registry.registerHandler(this, [&](const int &event) {
            if (event != 1)
                return;
            registry.post(2);
            plain.post(0); // an inline handler inside
            answers.push_back(hasNewerEvent());
        }, {.delivery = Delivery::Queued});
        registry.post(1);
        QVERIFY(waitFor([&] { return answers.size() == 2; }));
        QCOMPARE(answers, (std::vector{false, true}));
    }

    void searchInAPoolStopsWhenItIsOutOfDate()
    {
        QThreadPool pool;
        AsyncRegistry<int> queries;
        std::atomic<int> begun = 0;
        std::atomic<int> found = 0;
        queries.registerHandler(SignalBox::inPool(&pool), [&](const int &query) {
            begun = query;
            while (query < 3) {
                if (hasNewerEvent())
                    return;
                std::this_thread::yield();
            }
            found = query;
        }, {.backlog = Backlog::newest()});
        queries.post(1);
        QVERIFY(waitFor([&] { return begun == 1; }));
        queries.post(2);
        QVERIFY(waitFor([&] { return begun == 2; }));
        queries.post(3);
        QVERIFY(waitFor([&] { return found == 3; }));
        pool.waitForDone();
    }
};

QTEST_GUILESS_MAIN(HasNewerEvent)
#include "tst_hasnewerevent.moc"
