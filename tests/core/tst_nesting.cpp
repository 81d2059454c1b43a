// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <algorithm>
#include <memory>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using Registry = SignalBox::SyncRegistry<int>;

// Notify inside handlers of notify. A thread has seven hazard slots for that; deeper ones are counted in another way.
class Nesting : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void notifyNestsToAnyDepth_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 2, 6, 7, 8, 9, 10, 200})
            QTest::addRow("%d deep", depth) << depth;
    }

    void notifyNestsToAnyDepth()
    {
        QFETCH(int, depth);
        Registry registry;
        std::vector<int> entered;
        std::vector<int> left;
        std::vector<int> others;
        registry.registerHandler([&](const int &event) {
            entered.push_back(event);
            if (event < depth)
                QCOMPARE(registry.notify(event + 1).called, 2U);
            left.push_back(event);
        }, {.priority = 1});
        registry.registerHandler([&](const int &event) { others.push_back(event); });
        QCOMPARE(registry.notify(1).called, 2U);
        std::vector<int> expected;
        for (int i = 1; i <= depth; ++i)
            expected.push_back(i);
        QCOMPARE(entered, expected);
        std::reverse(expected.begin(), expected.end());
        QCOMPARE(left, expected);
        QCOMPARE(others, expected);
    }

    void changesInsideTheDeepestNotifyHoldForAllOfThem_data() { notifyNestsToAnyDepth_data(); }

    void changesInsideTheDeepestNotifyHoldForAllOfThem()
    {
        QFETCH(int, depth);
        Registry registry;
        CaptureCounter diver;
        CaptureCounter bystander;
        std::vector<int> calls;
        HandlerId diverId;
        HandlerId bystanderId;
        HandlerId pausedId;
        diverId = registry.registerHandler([&, capture = diver.capture()](const int &event) {
            calls.push_back(event);
            if (event < depth) {
                registry.notify(event + 1);
            } else {
                registry.unregister(diverId);
                registry.unregister(bystanderId);
                registry.setEnabled(pausedId, false);
                registry.registerHandler([&](const int &) { calls.push_back(-100); });
                QCOMPARE(bystander.alive(), 0);
            }
            // Somebody is inside until the outermost call ends.
            QCOMPARE(diver.alive(), 1);
        }, {.priority = 1});
        bystanderId = registry.registerHandler([&, capture = bystander.capture()](const int &) { calls.push_back(-1); });
        pausedId = registry.registerHandler([&](const int &) { calls.push_back(-2); });
        QCOMPARE(registry.notify(1).called, 1U);
        QCOMPARE(diver.alive(), 0);
        QCOMPARE(calls.size(), static_cast<std::size_t>(depth));
        QCOMPARE(registry.handlerCount(), 2U);
    }

    void exceptionsAndStopsWorkAtAnyDepth_data() { notifyNestsToAnyDepth_data(); }

    void exceptionsAndStopsWorkAtAnyDepth()
    {
        QFETCH(int, depth);
        Registry registry;
        int reports = 0;
        int unreached = 0;
        std::vector<DispatchReport> results;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++reports; });
        registry.registerHandler([&](const int &event) {
            if (event < depth)
                results.push_back(registry.notify(event + 1));
            throw event;
        }, {.priority = 1});
        const HandlerId stopper = registry.registerHandler([](const int &) { return Propagation::Stop; });
        registry.registerHandler([&](const int &) { ++unreached; }, {.priority = -1});
        results.push_back(registry.notify(1));
        QCOMPARE(results.size(), static_cast<std::size_t>(depth));
        for (const DispatchReport &result : results)
            QCOMPARE(result, (DispatchReport{.called = 2, .failed = 1, .stoppedBy = stopper}));
        QCOMPARE(reports, depth);
        QCOMPARE(unreached, 0);
    }

    void onceHandlersFireOnceAtAnyDepth_data() { notifyNestsToAnyDepth_data(); }

    void onceHandlersFireOnceAtAnyDepth()
    {
        QFETCH(int, depth);
        Registry registry;
        int calls = 0;
        registry.registerHandler([&](const int &event) {
            if (event < depth)
                registry.notify(event + 1);
        }, {.priority = 1});
        registry.registerHandler([&](const int &event) { calls += event; }, {.once = true});
        registry.notify(1);
        QCOMPARE(calls, depth);
    }

    void notifyReachesThroughManyRegistriesInTurn()
    {
        constexpr std::size_t count = 30;
        std::vector<std::unique_ptr<Registry>> registries;
        int calls = 0;
        for (std::size_t i = 0; i < count; ++i) {
            registries.push_back(std::make_unique<Registry>());
            registries.back()->registerHandler([&, i](const int &event) {
                ++calls;
                if (i + 1 < count)
                    QCOMPARE(registries[i + 1]->notify(event).called, 1U);
            });
        }
        registries.front()->notify(0);
        QCOMPARE(calls, static_cast<int>(count));
    }
};

QTEST_APPLESS_MAIN(Nesting)
#include "tst_nesting.moc"
