// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <vector>

using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

class Reentrancy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerRegisteredInsideAHandlerIsCalledFromTheNextNotifyOn_data()
    {
        QTest::addColumn<int>("priority");
        QTest::newRow("before the caller") << 1;
        QTest::newRow("behind the caller") << -1;
    }

    void handlerRegisteredInsideAHandlerIsCalledFromTheNextNotifyOn()
    {
        QFETCH(int, priority);
        Registry registry;
        int calls = 0;
        HandlerId added;
        registry.registerHandler([&](const int &) {
            if (!added.isValid())
                added = registry.registerHandler([&](const int &) { ++calls; }, {.priority = priority});
        });
        QCOMPARE(registry.notify(0).called, 1U);
        QCOMPARE(calls, 0);
        QVERIFY(registry.contains(added));
        QCOMPARE(registry.notify(0).called, 2U);
        QCOMPARE(calls, 1);
    }

    void nestedNotifyCallsWhatWasRegisteredBeforeItBegan()
    {
        Registry registry;
        std::vector<int> calls;
        registry.registerHandler([&](const int &event) {
            if (event == 0) {
                registry.registerHandler([&](const int &inner) { calls.push_back(inner); });
                registry.notify(1);
            }
        });
        QCOMPARE(registry.notify(0).called, 1U);
        QCOMPARE(calls, std::vector<int>{1});
    }

    void unregisterInsideAHandlerTakesEffectAtOnce_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("remover");
        QTest::addColumn<int>("removed");
        for (const int count : {3, 64, 65, 150}) {
            QTest::addRow("next of %d", count) << count << 0 << 1;
            QTest::addRow("last of %d", count) << count << 0 << count - 1;
            QTest::addRow("itself among %d", count) << count << 1 << 1;
            QTest::addRow("an earlier one of %d", count) << count << count - 1 << 0;
        }
    }

    void unregisterInsideAHandlerTakesEffectAtOnce()
    {
        QFETCH(int, count);
        QFETCH(int, remover);
        QFETCH(int, removed);
        Registry registry;
        CaptureCounter captures;
        std::vector<int> calls;
        std::vector<int> expected;
        std::vector<HandlerId> ids;
        bool isRemoved = false;
        for (int i = 0; i < count; ++i) {
            ids.push_back(registry.registerHandler([&, i, capture = captures.capture()](const int &) {
                calls.push_back(i);
                if (i == remover)
                    isRemoved = registry.unregister(ids[static_cast<std::size_t>(removed)]);
            }));
            if (i != removed || removed <= remover)
                expected.push_back(i);
        }
        registry.notify(0);
        QVERIFY(isRemoved);
        QCOMPARE(calls, expected);
        QCOMPARE(captures.alive(), count - 1);
        QCOMPARE(registry.handlerCount(), static_cast<std::size_t>(count - 1));
    }

    void clearInsideAHandlerEndsTheNotify()
    {
        Registry registry;
        CaptureCounter captures;
        int calls = 0;
        int aliveInside = 0;
        for (int i = 0; i < 100; ++i) {
            registry.registerHandler([&, i, capture = captures.capture()](const int &) {
                ++calls;
                if (i == 1) {
                    registry.clear();
                    aliveInside = captures.alive();
                }
            });
        }
        QCOMPARE(registry.notify(0).called, 2U);
        QCOMPARE(calls, 2);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
        QVERIFY(registry.isEmpty());
    }

    void handlerMayReplaceItself()
    {
        Registry registry;
        std::vector<int> calls;
        HandlerId id;
        id = registry.registerHandler([&](const int &) {
            calls.push_back(1);
            registry.unregister(id);
            id = registry.registerHandler([&](const int &) { calls.push_back(2); });
        });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, (std::vector<int>{1, 2}));
    }

    void unregisterAndWaitInsideItsOwnHandlerReturns()
    {
        Registry registry;
        CaptureCounter captures;
        HandlerId id;
        bool isUnregistered = false;
        int aliveInside = 0;
        id = registry.registerHandler([&, capture = captures.capture()](const int &) {
            isUnregistered = registry.unregisterAndWait(id);
            aliveInside = captures.alive();
        });
        registry.notify(0);
        QVERIFY(isUnregistered);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void unregisterAndWaitOfAHandlerFurtherOutOnTheSameStackReturns()
    {
        Registry registry;
        CaptureCounter captures;
        HandlerId outer;
        bool isUnregistered = false;
        int aliveInside = 0;
        int aliveAfterwards = -1;
        outer = registry.registerHandler([&, capture = captures.capture()](const int &event) {
            if (event == 0)
                registry.notify(1);
        }, {.priority = 1});
        registry.registerHandler([&](const int &event) {
            if (event == 1) {
                isUnregistered = registry.unregisterAndWait(outer);
                aliveInside = captures.alive();
            } else {
                aliveAfterwards = captures.alive();
            }
        });
        registry.notify(0);
        QVERIFY(isUnregistered);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(aliveAfterwards, 0);
    }
};

QTEST_APPLESS_MAIN(Reentrancy)
#include "tst_reentrancy.moc"
