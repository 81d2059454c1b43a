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

    void notifyNestsToAnyDepth_data()
    {
        QTest::addColumn<int>("depth");
        // A thread has seven hazard slots for nested notifies; deeper ones are counted in another way.
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

    void handlerMayDestroyTheRegistryThatCallsIt_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {1, 2, 64, 65, 200})
            QTest::addRow("%d handlers", count) << count;
    }

    void handlerMayDestroyTheRegistryThatCallsIt()
    {
        QFETCH(int, count);
        CaptureCounter captures;
        auto registry = std::make_unique<Registry>();
        int calls = 0;
        int aliveInside = -1;
        for (int i = 0; i < count; ++i) {
            registry->registerHandler([&, i, capture = captures.capture()](const int &) {
                ++calls;
                if (i == count / 2) {
                    registry.reset();
                    aliveInside = captures.alive();
                }
            });
        }
        QCOMPARE(registry->notify(0).called, static_cast<std::uint32_t>(count / 2 + 1));
        QCOMPARE(calls, count / 2 + 1);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void registryMayBeDestroyedInsideItsDeepestNotify_data() { notifyNestsToAnyDepth_data(); }

    void registryMayBeDestroyedInsideItsDeepestNotify()
    {
        QFETCH(int, depth);
        CaptureCounter captures;
        auto registry = std::make_unique<Registry>();
        int others = 0;
        int calls = 0;
        int aliveInside = -1;
        registry->registerHandler([&, capture = captures.capture()](const int &event) {
            ++calls;
            if (event < depth) {
                registry->notify(event + 1);
            } else {
                registry.reset();
                aliveInside = captures.alive();
            }
        }, {.priority = 1});
        registry->registerHandler([&, capture = captures.capture()](const int &) { ++others; });
        registry->notify(1);
        QCOMPARE(calls, depth);
        QCOMPARE(others, 0);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void registriesMayBeDestroyedInsideOneAnother()
    {
        CaptureCounter captures;
        auto outer = std::make_unique<Registry>();
        auto inner = std::make_unique<Registry>();
        std::vector<int> calls;
        outer->registerHandler([&, capture = captures.capture()](const int &) {
            calls.push_back(1);
            inner->notify(0);
            calls.push_back(4);
        });
        outer->registerHandler([&, capture = captures.capture()](const int &) { calls.push_back(-1); });
        inner->registerHandler([&, capture = captures.capture()](const int &) {
            calls.push_back(2);
            outer.reset();
            inner.reset();
            calls.push_back(3);
        });
        inner->registerHandler([&, capture = captures.capture()](const int &) { calls.push_back(-2); });
        outer->notify(0);
        QCOMPARE(calls, (std::vector<int>{1, 2, 3, 4}));
        QCOMPARE(captures.alive(), 0);
    }

    void handlerMayOwnItsRegistry()
    {
        CaptureCounter captures;
        const auto owner = std::make_shared<Registry>();
        owner->registerHandler([owner, capture = captures.capture()](const int &) { owner->clear(); });
        owner->notify(0);
        QCOMPARE(owner.use_count(), 1L);
        QCOMPARE(captures.alive(), 0);
    }

    // The last owner of the registry is a capture in it, which dies at the end of the handler's call.
    void registryMayDieWithTheCaptureOfItsOwnHandler()
    {
        CaptureCounter captures;
        auto owner = std::make_shared<Registry>();
        Registry &registry = *owner;
        const std::weak_ptr<Registry> watch = owner;
        int others = 0;
        HandlerId id;
        id = registry.registerHandler([&, owner, capture = captures.capture()](const int &) { registry.unregister(id); },
                                      {.priority = 1});
        registry.registerHandler([&, capture = captures.capture()](const int &) { ++others; });
        owner.reset();
        QVERIFY(!watch.expired());
        registry.notify(0);
        QVERIFY(watch.expired());
        QCOMPARE(others, 0);
        QCOMPARE(captures.alive(), 0);
    }
};

QTEST_APPLESS_MAIN(Reentrancy)
#include "tst_reentrancy.moc"
