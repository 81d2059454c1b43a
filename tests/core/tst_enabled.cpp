// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

class Enabled : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pausedHandlerIsNotCalledUntilItIsResumed()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const int &) { ++calls; });
        QVERIFY(registry.setEnabled(id, false));
        QCOMPARE(registry.notify(0).called, 0U);
        QCOMPARE(calls, 0);
        QVERIFY(registry.setEnabled(id, true));
        QCOMPARE(registry.notify(0).called, 1U);
        QCOMPARE(calls, 1);
    }

    void handlerMayBeRegisteredPaused()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const int &) { ++calls; }, {.enabled = false});
        registry.notify(0);
        QCOMPARE(calls, 0);
        QVERIFY(registry.contains(id));
        QCOMPARE(registry.handlerCount(), 1U);
        QVERIFY(!registry.isEmpty());
        QVERIFY(registry.setEnabled(id, true));
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    void isEnabledTellsRegisteredAndNotPaused()
    {
        Registry registry;
        Registry other;
        const HandlerId id = registry.registerHandler([](const int &) {});
        const HandlerId paused = registry.registerHandler([](const int &) {}, {.enabled = false});
        const Registry &constant = registry;
        QVERIFY(constant.isEnabled(id));
        QVERIFY(!constant.isEnabled(paused));
        registry.setEnabled(id, false);
        registry.setEnabled(paused, true);
        QVERIFY(!registry.isEnabled(id));
        QVERIFY(registry.isEnabled(paused));
        registry.unregister(paused);
        QVERIFY(!registry.isEnabled(paused));
        QVERIFY(!registry.isEnabled(HandlerId()));
        QVERIFY(!other.isEnabled(id));
        static_assert(noexcept(constant.isEnabled(id)));
    }

    void isEnabledIsRightInsideTheHandler()
    {
        Registry registry;
        std::vector<bool> seen;
        HandlerId id;
        id = registry.registerHandler([&](const int &) {
            seen.push_back(registry.isEnabled(id));
            registry.setEnabled(id, false);
            seen.push_back(registry.isEnabled(id));
        });
        registry.notify(0);
        QCOMPARE(seen, (std::vector<bool>{true, false}));
    }

    void pausingTwiceIsLikePausingOnce()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const int &) { ++calls; });
        QVERIFY(registry.setEnabled(id, false));
        QVERIFY(registry.setEnabled(id, false));
        QVERIFY(registry.setEnabled(id, true));
        QVERIFY(registry.setEnabled(id, true));
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    void pausedHandlerKeepsItsPlaceAmongEquals()
    {
        Registry registry;
        std::vector<int> calls;
        std::vector<HandlerId> ids;
        for (int i = 0; i < 3; ++i)
            ids.push_back(registry.registerHandler([&calls, i](const int &) { calls.push_back(i); }));
        QVERIFY(registry.setEnabled(ids[1], false));
        registry.notify(0);
        QCOMPARE(calls, (std::vector<int>{0, 2}));
        calls.clear();
        QVERIFY(registry.setEnabled(ids[1], true));
        registry.notify(0);
        QCOMPARE(calls, (std::vector<int>{0, 1, 2}));
    }

    void handlerPausedInsideTheWalkIsNotCalledByIt()
    {
        Registry registry;
        std::vector<int> calls;
        HandlerId second;
        registry.registerHandler([&](const int &) {
            calls.push_back(1);
            registry.setEnabled(second, false);
        }, {.priority = 1});
        second = registry.registerHandler([&](const int &) { calls.push_back(2); });
        registry.registerHandler([&](const int &) { calls.push_back(3); }, {.priority = -1});
        QCOMPARE(registry.notify(0).called, 2U);
        QCOMPARE(calls, (std::vector<int>{1, 3}));
    }

    void handlerPausedAndResumedInsideTheWalkIsCalledByIt()
    {
        Registry registry;
        int calls = 0;
        HandlerId second;
        registry.registerHandler([&](const int &) {
            registry.setEnabled(second, false);
            registry.setEnabled(second, true);
        }, {.priority = 1});
        second = registry.registerHandler([&](const int &) { ++calls; });
        QCOMPARE(registry.notify(0).called, 2U);
        QCOMPARE(calls, 1);
    }

    void handlerMayPauseItself()
    {
        Registry registry;
        CaptureCounter captures;
        int calls = 0;
        HandlerId id;
        id = registry.registerHandler([&, capture = captures.capture()](const int &) {
            ++calls;
            registry.setEnabled(id, false);
        });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
        QCOMPARE(captures.alive(), 1);
        QVERIFY(registry.contains(id));
        QVERIFY(registry.setEnabled(id, true));
        registry.notify(0);
        QCOMPARE(calls, 2);
    }

    void pausedHandlerCanBeUnregistered()
    {
        Registry registry;
        CaptureCounter captures;
        const HandlerId id = registry.registerHandler([capture = captures.capture()](const int &) {}, {.enabled = false});
        QVERIFY(registry.unregister(id));
        QCOMPARE(captures.alive(), 0);
        QVERIFY(!registry.setEnabled(id, true));
        QCOMPARE(registry.notify(0).called, 0U);
    }

    void handlersAllPausedAreALegalRegistry()
    {
        Registry registry;
        std::vector<HandlerId> ids;
        int calls = 0;
        for (int i = 0; i < 200; ++i)
            ids.push_back(registry.registerHandler([&](const int &) { ++calls; }, {.priority = i % 3, .enabled = false}));
        QCOMPARE(registry.notify(0), DispatchReport());
        QVERIFY(registry.setEnabled(ids[100], true));
        QCOMPARE(registry.notify(0).called, 1U);
        QCOMPARE(calls, 1);
        for (const HandlerId id : ids)
            QVERIFY(registry.setEnabled(id, true));
        QCOMPARE(registry.notify(0).called, 200U);
    }

    void pausingEveryOtherOfManyHandlersSilencesExactlyThose()
    {
        Registry registry;
        std::vector<int> calls;
        std::vector<int> expected;
        std::vector<HandlerId> ids;
        for (int i = 0; i < 300; ++i)
            ids.push_back(registry.registerHandler([&calls, i](const int &) { calls.push_back(i); }));
        for (int i = 0; i < 300; ++i) {
            if (i % 2 == 0)
                QVERIFY(registry.setEnabled(ids[static_cast<std::size_t>(i)], false));
            else
                expected.push_back(i);
        }
        QCOMPARE(registry.notify(0).called, 150U);
        QCOMPARE(calls, expected);
        for (const HandlerId id : ids)
            QVERIFY(registry.unregister(id));
        QVERIFY(registry.isEmpty());
    }
};

QTEST_APPLESS_MAIN(Enabled)
#include "tst_enabled.moc"
