// SPDX-License-Identifier: MIT
#include <SignalBox/Propagation>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <stdexcept>
#include <type_traits>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_enum_v<Propagation> && !std::is_convertible_v<Propagation, int>);

class PropagationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stopEndsTheNotifyAfterTheHandlerThatReturnedIt()
    {
        Registry registry;
        std::vector<int> calls;
        registry.registerHandler([&](const int &) { calls.push_back(0); }, {.priority = 2});
        const HandlerId stopper = registry.registerHandler([&](const int &) {
            calls.push_back(1);
            return Propagation::Stop;
        }, {.priority = 1});
        registry.registerHandler([&](const int &) { calls.push_back(2); });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .stoppedBy = stopper}));
        QCOMPARE(calls, (std::vector<int>{0, 1}));
    }

    void continueGoesOnWithTheNextHandler()
    {
        Registry registry;
        int calls = 0;
        for (int i = 0; i < 3; ++i) {
            registry.registerHandler([&](const int &) {
                ++calls;
                return Propagation::Continue;
            });
        }
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 3}));
        QCOMPARE(calls, 3);
    }

    void stopHoldsForOneNotifyOnly()
    {
        Registry registry;
        int calls = 0;
        registry.registerHandler([](const int &event) { return event == 0 ? Propagation::Stop : Propagation::Continue; });
        registry.registerHandler([&](const int &) { ++calls; });
        registry.notify(0);
        registry.notify(1);
        QCOMPARE(calls, 1);
    }

    void stopInsideANestedNotifyDoesNotStopTheOuterOne()
    {
        Registry registry;
        std::vector<int> calls;
        registry.registerHandler([&](const int &event) {
            calls.push_back(event);
            if (event == 0)
                registry.notify(1);
        }, {.priority = 2});
        const HandlerId stopper = registry.registerHandler([](const int &event) {
            return event == 1 ? Propagation::Stop : Propagation::Continue;
        }, {.priority = 1});
        registry.registerHandler([&](const int &event) { calls.push_back(10 + event); });
        const DispatchReport outer = registry.notify(0);
        QCOMPARE(calls, (std::vector<int>{0, 1, 10}));
        QCOMPARE(outer, (DispatchReport{.called = 3}));
        QCOMPARE(registry.notify(1).stoppedBy, stopper);
    }

    void stopFromAHandlerThatUnregistersItselfStillCounts()
    {
        Registry registry;
        HandlerId id;
        int others = 0;
        id = registry.registerHandler([&](const int &) {
            registry.unregister(id);
            return Propagation::Stop;
        });
        registry.registerHandler([&](const int &) { ++others; });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .stoppedBy = id}));
        QCOMPARE(others, 0);
    }

    void stopIsHeededByTheLastHandlerToo()
    {
        Registry registry;
        const HandlerId id = registry.registerHandler([](const int &) { return Propagation::Stop; });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .stoppedBy = id}));
    }

    void handlerThatThrowsDoesNotStopTheNotify()
    {
        Registry registry;
        int calls = 0;
        registry.registerHandler([](const int &event) -> Propagation {
            if (event == 0)
                throw std::runtime_error("no answer");
            return Propagation::Stop;
        }, {.priority = 1});
        registry.registerHandler([&](const int &) { ++calls; });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .failed = 1}));
        QCOMPARE(calls, 1);
    }

    void stopWorksAtEveryPlaceOfALongList()
    {
        Registry registry;
        std::vector<HandlerId> ids;
        std::uint32_t calls = 0;
        for (int i = 0; i < 200; ++i) {
            ids.push_back(registry.registerHandler([&calls, i](const int &event) {
                ++calls;
                return event == i ? Propagation::Stop : Propagation::Continue;
            }));
        }
        for (std::uint32_t i = 0; i < 200; ++i) {
            calls = 0;
            QCOMPARE(registry.notify(static_cast<int>(i)), (DispatchReport{.called = i + 1, .stoppedBy = ids[i]}));
            QCOMPARE(calls, i + 1);
        }
    }
};

QTEST_APPLESS_MAIN(PropagationTest)
#include "tst_propagation.moc"
