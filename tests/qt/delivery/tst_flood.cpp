// SPDX-License-Identifier: MIT
#include "../core/runonthreads.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/qt/delivery/drainbudget.h>

#include <QtCore/qtimer.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <array>
#include <chrono>

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;

// Many events at once. Nothing depends on how long anything takes.
class Flood : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_before = SignalBox::drainBudget(); }
    void cleanup() { SignalBox::setDrainBudget(m_before); }

    // Each handler uses up a budget of its own, so between two turns of the timer there are few.
    void timerFiresDuringABurst()
    {
        constexpr int events = 200;
        SignalBox::setDrainBudget(std::chrono::microseconds(200));
        AsyncRegistry<int> registry;
        int calls = 0;
        int callsAtLastTimer = 0;
        int longestGap = 0;
        int timers = 0;
        registry.registerHandler(this, [&](const int &) {
            ++calls;
            const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(250);
            while (std::chrono::steady_clock::now() < end) {
            }
        }, {.delivery = Delivery::Queued});
        QTimer timer;
        connect(&timer, &QTimer::timeout, this, [&] {
            ++timers;
            longestGap = std::max(longestGap, calls - callsAtLastTimer);
            callsAtLastTimer = calls;
        });
        timer.start(0);
        for (int i = 0; i < events; ++i)
            registry.post(i);
        QVERIFY(waitFor([&] { return calls == events; }));
        // A drain looks at the clock after each of such calls.
        QVERIFY2(longestGap <= 20, qPrintable(QString::number(longestGap)));
        QVERIFY(timers >= events / 20);
    }

    // Qt's own queue would not come to the timer before all has been delivered.
    void timerFiresWhileHandlersFeedThemselves()
    {
        SignalBox::setDrainBudget(std::chrono::microseconds(500));
        AsyncRegistry<int> registry;
        bool stop = false;
        quint64 calls = 0;
        registry.registerHandler(this, [&](const int &event) {
            ++calls;
            if (!stop)
                registry.post(event);
        }, {.delivery = Delivery::Queued});
        int timers = 0;
        QTimer timer;
        connect(&timer, &QTimer::timeout, this, [&] { stop = ++timers == 10; });
        timer.start(1);
        registry.post(1);
        QVERIFY(waitFor([&] { return stop; }));
        QVERIFY(calls > 10);
    }

    void budgetIsASetting()
    {
        QCOMPARE(m_before, std::chrono::microseconds(4000));
        SignalBox::setDrainBudget(std::chrono::microseconds(-5));
        QCOMPARE(SignalBox::drainBudget(), std::chrono::microseconds(0));
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(this, [&](const int &) { ++calls; }, {.delivery = Delivery::Queued});
        for (int i = 0; i < 100; ++i)
            registry.post(i);
        COMPARE_FINALLY(calls, 100);
    }

    void nothingIsLostAndEachProducersOrderHoldsAcrossRegistries()
    {
        constexpr int producers = 4;
        const int events = scaled(200000);
        WorkerThread worker;
        AsyncRegistry<int> even;
        AsyncRegistry<int> odd;
        std::array<int, producers> next{};
        int faults = 0;
        const auto check = [&](const int &event) {
            if (next[std::size_t(event % producers)]++ != event / producers)
                ++faults;
        };
        even.registerHandler(SignalBox::onThread(worker.thread()), check);
        odd.registerHandler(worker.context(), check);
        runOnThreads(producers, [&](int producer) {
            for (int i = 0; i < events; ++i)
                (i % 2 ? odd : even).post(i * producers + producer);
        });
        QVERIFY(finishes(even.notify(events * producers)));
        worker.drain(); // orders this thread's reads of what the handlers wrote
        QCOMPARE(faults, 0);
        QCOMPARE(next[0], events + 1);
        for (std::size_t i = 1; i < next.size(); ++i)
            QCOMPARE(next[i], events);
    }

    void priorityHoldsWithinEachEventAcrossContexts()
    {
        const int events = scaled(20000);
        WorkerThread worker;
        QObject second;
        second.moveToThread(worker.thread());
        AsyncRegistry<int> registry;
        int previousEvent = -1;
        int previousHandler = 2;
        int faults = 0;
        const auto add = [&](QObject *context, int handler) {
            registry.registerHandler(context, [&, handler](const int &event) {
                const bool isFirst = handler == 0;
                if (isFirst ? previousHandler != 2 || event != previousEvent + 1
                            : previousHandler != handler - 1 || event != previousEvent)
                    ++faults;
                previousHandler = handler;
                previousEvent = event;
            }, {.priority = -handler});
        };
        add(&second, 1);
        add(worker.context(), 2);
        add(worker.context(), 0);
        for (int i = 0; i < events; ++i)
            registry.post(i);
        const auto last = registry.notify(events);
        const bool isOver = finishes(last);
        worker.run([&] { second.moveToThread(QCoreApplication::instance()->thread()); });
        QVERIFY(isOver);
        QCOMPARE(faults, 0);
        QCOMPARE(previousEvent, events);
    }

private:
    std::chrono::microseconds m_before{0};
};

QTEST_GUILESS_MAIN(Flood)
#include "tst_flood.moc"
