// SPDX-License-Identifier: MIT
#include "gate.h"

#include <SignalBox/EventRegistry>
#include <SignalBox/SparseStorage>

#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using SignalBox::EventId;
using SignalBox::EventInfo;
using SignalBox::EventRegistry;
using SignalBox::HandlerGuard;
using SignalBox::SparseStorage;
using SignalBox::VectorStorage;
using SignalBox::WatchReceiver;

static_assert(SignalBox::EventStorage<VectorStorage> && SignalBox::EventStorage<SparseStorage>);
static_assert(!SignalBox::EventStorage<std::vector<int>>);
static_assert(noexcept(std::declval<EventRegistry<> &>().recordEvent(0)));
// A wake function that may throw, or does not fit, is refused by the compiler.
static_assert(!std::is_constructible_v<SignalBox::WakeFunction, void (*)()>);
static_assert(std::is_constructible_v<SignalBox::WakeFunction, void (*)() noexcept>);

namespace {

// Two events of fixed ids: a storage of the test's own.
class PairStorage
{
public:
    EventInfo *find(EventId id) noexcept { return id == 7 ? &(*m_events)[0] : id == 9 ? &(*m_events)[1] : nullptr; }
    template <class F>
    void forEach(F visit)
    {
        for (EventInfo &event : *m_events)
            visit(event);
    }

private:
    std::unique_ptr<std::array<EventInfo, 2>> m_events = std::make_unique<std::array<EventInfo, 2>>();
};
static_assert(SignalBox::EventStorage<PairStorage>);

} // namespace

class EventRegistryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordedEventReachesItsListenersAtTheNextBroadcastOnce()
    {
        EventRegistry<> events{VectorStorage(3)};
        const WatchReceiver<> first = events.registerListener(1);
        const WatchReceiver<> second = events.registerListener(1);
        const WatchReceiver<> other = events.registerListener(2);
        events.recordEvent(1);
        QVERIFY(!first.hasChanged());
        QVERIFY(events.broadcast());
        QCOMPARE(first.version(), 1U);
        QCOMPARE(second.version(), 1U);
        QCOMPARE(other.version(), 0U);
        QVERIFY(!events.broadcast());
        QCOMPARE(first.version(), 1U);
    }

    void recordsBeforeABroadcastAreOneNotification()
    {
        EventRegistry<> events{VectorStorage(1)};
        int calls = 0;
        const HandlerGuard guard = events.registerListener(0).onChanged([&] { ++calls; });
        for (int i = 0; i < 1000; ++i)
            events.recordEvent(0);
        events.broadcast();
        QCOMPARE(calls, 1);
    }

    void broadcastSaysWhetherAnyEventHadAListener()
    {
        EventRegistry<> events{VectorStorage(2)};
        QVERIFY(!events.broadcast());
        events.recordEvent(0);
        QVERIFY(!events.broadcast());
        const WatchReceiver<> receiver = events.registerListener(1);
        events.recordEvent(0);
        QVERIFY(!events.broadcast());
        events.recordEvent(0);
        events.recordEvent(1);
        QVERIFY(events.broadcast());
    }

    void unknownIdIsRefusedByNameAndIgnoredByRecord()
    {
        int wakes = 0;
        EventRegistry<> events{VectorStorage(3), [&wakes]() noexcept { ++wakes; }};
        for (const EventId id : {EventId(3), EventId(1234567), ~EventId(0)}) {
            try {
                (void)events.registerListener(id);
                QFAIL("no exception");
            } catch (const std::out_of_range &error) {
                QVERIFY(std::string(error.what()).find(std::to_string(id)) != std::string::npos);
            }
            events.recordEvent(id);
        }
        QCOMPARE(wakes, 0);
        QVERIFY(!events.broadcast());
    }

    void wakeFunctionIsCalledAfterEachRecord()
    {
        int wakes = 0;
        EventRegistry<> events{VectorStorage(1), [&wakes]() noexcept { ++wakes; }};
        events.recordEvent(0);
        events.recordEvent(0);
        QCOMPARE(wakes, 2);
        events.broadcast();
        QCOMPARE(wakes, 2);
    }

    void sparseIdsAreFoundAndOthersAreNot()
    {
        EventRegistry<SparseStorage> events{SparseStorage({EventId(1) << 40, 5, 5, 1000})};
        std::vector<EventId> order;
        std::vector<HandlerGuard> guards;
        for (const EventId id : {EventId(1000), EventId(5), EventId(1) << 40})
            guards.push_back(events.registerListener(id).onChanged([&order, id] { order.push_back(id); }));
        for (const EventId id : {EventId(1) << 40, EventId(1000), EventId(5), EventId(6), EventId(0)})
            events.recordEvent(id);
        QVERIFY(events.broadcast());
        QCOMPARE(order, (std::vector<EventId>{5, 1000, EventId(1) << 40}));
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, (void)events.registerListener(6));
    }

    void emptyStorageKnowsNothing()
    {
        EventRegistry<SparseStorage> events{SparseStorage({})};
        events.recordEvent(0);
        QVERIFY(!events.broadcast());
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, (void)events.registerListener(0));
    }

    void storageMayBeTheUsersOwn()
    {
        EventRegistry<PairStorage> events{PairStorage()};
        const WatchReceiver<> receiver = events.registerListener(9);
        events.recordEvent(9);
        QVERIFY(events.broadcast());
        QVERIFY(receiver.hasChanged());
        QVERIFY_THROWS_EXCEPTION(std::out_of_range, (void)events.registerListener(8));
    }

    void eventRecordedByAListenerIsLeftForTheNextBroadcastOrTakenByThis()
    {
        EventRegistry<> events{VectorStorage(2)};
        int first = 0;
        int second = 0;
        const HandlerGuard a = events.registerListener(0).onChanged([&] {
            if (++first == 1) {
                events.recordEvent(0);
                events.recordEvent(1);
            }
        });
        const HandlerGuard b = events.registerListener(1).onChanged([&] { ++second; });
        events.recordEvent(0);
        events.broadcast();
        events.broadcast();
        QCOMPARE(first, 2);
        QCOMPARE(second, 1);
        QVERIFY(!events.broadcast());
    }

    void whatIsPendingIsDeliveredWhileAListenerTakesItsTime()
    {
        int wakes = 0;
        EventRegistry<> events{VectorStorage(3), [&wakes]() noexcept { ++wakes; }};
        std::string order;
        const HandlerGuard a = events.registerListener(0).onChanged([&] {
            order += "(a";
            QCOMPARE(wakes, 4); // it was asked for
            events.broadcast(); // as an event loop of the listener's own does
            order += ")";
        });
        const HandlerGuard b = events.registerListener(1).onChanged([&] { order += "b"; });
        const HandlerGuard c = events.registerListener(2).onChanged([&] { order += "c"; });
        for (const EventId id : {0U, 1U, 2U})
            events.recordEvent(id);
        QVERIFY(events.broadcast());
        QCOMPARE(order, std::string("(abc)"));
        events.broadcast();
        QCOMPARE(order, std::string("(abc)"));
    }

    void listenersAreClosedWhenTheRegistryGoes()
    {
        auto events = std::make_unique<EventRegistry<>>(VectorStorage(1));
        const WatchReceiver<> receiver = events->registerListener(0);
        QVERIFY(!receiver.isClosed());
        events.reset();
        QVERIFY(receiver.isClosed());
    }

    void discardedEventsAreNotDelivered()
    {
        EventRegistry<> events{VectorStorage(2)};
        const WatchReceiver<> receiver = events.registerListener(0);
        events.recordEvent(0);
        events.discardPending();
        QVERIFY(!events.broadcast());
        QVERIFY(!receiver.hasChanged());
        events.recordEvent(0);
        QVERIFY(events.broadcast());
    }

    void throwingListenerStopsNobodyAndIsReported()
    {
        EventRegistry<> events{VectorStorage(1)};
        std::string message;
        events.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        int calls = 0;
        const WatchReceiver<> receiver = events.registerListener(0);
        const HandlerGuard bad = receiver.onChanged([] { throw std::runtime_error("bad"); }, {.priority = 1});
        const HandlerGuard good = receiver.onChanged([&] { ++calls; });
        events.recordEvent(0);
        events.broadcast();
        QCOMPARE(message, std::string("bad"));
        QCOMPARE(calls, 1);
    }

    // Whatever the interleaving: when all is quiet, the last record of each thread has been told after it.
    void noRecordIsLostBetweenThreads()
    {
        constexpr int recorders = 2;
        constexpr int rounds = 30000;
        EventRegistry<> events{VectorStorage(recorders)};
        std::array<std::atomic<int>, recorders> written{};
        std::array<std::atomic<int>, recorders> seen{};
        std::vector<HandlerGuard> guards;
        for (std::size_t i = 0; i < recorders; ++i) {
            guards.push_back(events.registerListener(i).onChanged([&, i] {
                seen[i].store(written[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
            }));
        }
        std::atomic<int> finished = 0;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < recorders; ++i) {
            threads.emplace_back([&, i] {
                for (int k = 1; k <= rounds; ++k) {
                    written[i].store(k, std::memory_order_relaxed);
                    events.recordEvent(i);
                    if (k % 100 == 0) {
                        // Each hundredth is waited for: lost once, it hangs.
                        while (seen[i].load(std::memory_order_relaxed) < k)
                            std::this_thread::yield();
                    }
                }
                ++finished;
            });
        }
        while (finished < recorders)
            events.broadcast();
        for (std::thread &thread : threads)
            thread.join();
        events.broadcast();
        for (const std::atomic<int> &last : seen)
            QCOMPARE(last.load(), rounds);
    }

    void severalThreadsMayBroadcastAndEachEventIsToldOnce()
    {
        EventRegistry<> events{VectorStorage(8)};
        std::atomic<int> calls = 0;
        std::vector<HandlerGuard> guards;
        for (EventId id = 0; id < 8; ++id)
            guards.push_back(events.registerListener(id).onChanged([&] { ++calls; }));
        std::atomic<bool> isDone = false;
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&] {
                while (!isDone)
                    events.broadcast();
            });
        }
        for (int round = 1; round <= 2000; ++round) {
            for (EventId id = 0; id < 8; ++id)
                events.recordEvent(id);
            while (calls < 8 * round)
                std::this_thread::yield();
            QCOMPARE(calls.load(), 8 * round);
        }
        isDone = true;
        for (std::thread &thread : threads)
            thread.join();
    }
};

QTEST_APPLESS_MAIN(EventRegistryTest)
#include "tst_eventregistry.moc"
