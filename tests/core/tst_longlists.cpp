// SPDX-License-Identifier: MIT
//
// Notifies of more handlers than a block of the list has: what happens at a handler, wherever it stands, with those before and after it.
#include <SignalBox/Propagation>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;

namespace {

// Some blocks.
constexpr int handlerCount = 200;

// So many handlers that say which of them is called, one of which does something as well.
class LongList
{
public:
    LongList()
    {
        for (int i = 0; i < handlerCount; ++i) {
            ids.push_back(registry.registerHandler([this, i] {
                calls.push_back(i);
                return i == special ? act() : Propagation::Continue;
            }));
        }
    }

    // What handler `place` does in the next notify.
    DispatchReport notifyWith(int place, std::function<Propagation()> action)
    {
        special = place;
        act = std::move(action);
        calls.clear();
        return registry.notify();
    }

    std::vector<int> allBut(const std::function<bool(int)> &isLeftOut) const
    {
        std::vector<int> places;
        for (int i = 0; i < handlerCount; ++i) {
            if (!isLeftOut(i))
                places.push_back(i);
        }
        return places;
    }

    HandlerId idOf(int place) const { return ids[static_cast<std::size_t>(place)]; }

    SignalBox::SyncRegistry<void> registry;
    std::vector<HandlerId> ids;
    std::vector<int> calls;
    int special = -1;
    std::function<Propagation()> act;
};

const auto none = [](int) { return false; };

} // namespace

class LongListsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allAreCalledInOrderAndCounted()
    {
        LongList list;
        QCOMPARE(list.notifyWith(-1, {}), (DispatchReport{.called = handlerCount}));
        QCOMPARE(list.calls, list.allBut(none));
    }

    void exceptionOfAnyStopsNoOther()
    {
        LongList list;
        for (int place = 0; place < handlerCount; ++place) {
            const DispatchReport report =
                    list.notifyWith(place, []() -> Propagation { throw std::runtime_error("on purpose"); });
            QCOMPARE(report, (DispatchReport{.called = handlerCount, .failed = 1}));
            QCOMPARE(list.calls, list.allBut(none));
        }
    }

    void anyMayStopThoseAfterIt()
    {
        LongList list;
        for (int place = 0; place < handlerCount; ++place) {
            const DispatchReport report = list.notifyWith(place, [] { return Propagation::Stop; });
            QCOMPARE(report,
                     (DispatchReport{.called = static_cast<std::uint32_t>(place) + 1, .stoppedBy = list.idOf(place)}));
            QCOMPARE(list.calls, list.allBut([place](int i) { return i > place; }));
        }
    }

    void anyMayPauseTheNextOne()
    {
        LongList list;
        for (int place = 0; place + 1 < handlerCount; ++place) {
            const HandlerId next = list.idOf(place + 1);
            const DispatchReport report = list.notifyWith(place, [&] {
                list.registry.setEnabled(next, false);
                return Propagation::Continue;
            });
            QCOMPARE(report, (DispatchReport{.called = handlerCount - 1}));
            QCOMPARE(list.calls, list.allBut([place](int i) { return i == place + 1; }));
            list.registry.setEnabled(next, true);
        }
    }

    void whatAnyRegistersIsCalledFromTheNextNotifyOn()
    {
        LongList list;
        for (int place = 0; place < handlerCount; ++place) {
            HandlerId added;
            const DispatchReport report = list.notifyWith(place, [&] {
                added = list.registry.registerHandler([] {}, {.priority = 1});
                return Propagation::Continue;
            });
            QCOMPARE(report, (DispatchReport{.called = handlerCount}));
            QCOMPARE(list.calls, list.allBut(none));
            QCOMPARE(list.notifyWith(-1, {}), (DispatchReport{.called = handlerCount + 1}));
            list.registry.unregister(added);
        }
    }

    void pausedBlocksAreLeftOut()
    {
        constexpr int part = 25;
        for (int first = 0; first + part <= handlerCount; first += part) {
            for (int last = first + part; last <= handlerCount; last += part) {
                LongList list;
                const auto isPaused = [first, last](int i) { return i >= first && i < last; };
                for (int i = first; i < last; ++i)
                    list.registry.setEnabled(list.idOf(i), false);
                const std::vector<int> others = list.allBut(isPaused);
                const auto count = static_cast<std::uint32_t>(others.size());
                QCOMPARE(list.notifyWith(-1, {}), (DispatchReport{.called = count}));
                QCOMPARE(list.calls, others);
                for (const int place : others) {
                    const DispatchReport report =
                            list.notifyWith(place, []() -> Propagation { throw std::runtime_error("on purpose"); });
                    QCOMPARE(report, (DispatchReport{.called = count, .failed = 1}));
                    QCOMPARE(list.calls, others);
                }
            }
        }
    }

    // A capture's end is due when its handler is left, which whoever walks on must know, wherever the handler stood.
    void captureOfAnyThatUnregistersItselfIsDestroyedWhenItIsLeft()
    {
        for (int place = 0; place < handlerCount; ++place) {
            SignalBox::SyncRegistry<void> registry;
            int destroyed = 0;
            int destroyedWhenTheNextWasCalled = -1;
            HandlerId self;
            for (int i = 0; i < handlerCount; ++i) {
                if (i != place) {
                    registry.registerHandler([&, i] {
                        if (i == place + 1)
                            destroyedWhenTheNextWasCalled = destroyed;
                    });
                    continue;
                }
                const std::shared_ptr<int> capture(new int(0), [&destroyed](int *value) {
                    ++destroyed;
                    delete value;
                });
                self = registry.registerHandler([&, capture] {
                    registry.unregister(self);
                    destroyed += 10 * *capture;
                });
            }
            QCOMPARE(registry.notify(), (DispatchReport{.called = handlerCount}));
            QCOMPARE(destroyed, 1);
            if (place + 1 < handlerCount)
                QCOMPARE(destroyedWhenTheNextWasCalled, 1);
        }
    }

    void anyMayEndTheRegistry()
    {
        for (int place = 0; place < handlerCount; ++place) {
            auto registry = std::make_unique<SignalBox::SyncRegistry<void>>();
            int calls = 0;
            for (int i = 0; i < handlerCount; ++i) {
                registry->registerHandler([&, i] {
                    ++calls;
                    if (i == place)
                        registry.reset();
                });
            }
            registry->notify();
            QCOMPARE(calls, place + 1);
        }
    }
};

QTEST_APPLESS_MAIN(LongListsTest)
#include "tst_longlists.moc"
