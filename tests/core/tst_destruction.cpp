// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <memory>
#include <vector>

using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

// Destroying a registry while it calls handlers: like clear(), and without waiting.
class Destruction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
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

    void registryMayBeDestroyedInsideItsDeepestNotify_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 2, 6, 7, 8, 9, 10, 200})
            QTest::addRow("%d deep", depth) << depth;
    }

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

QTEST_APPLESS_MAIN(Destruction)
#include "tst_destruction.moc"
