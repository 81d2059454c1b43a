// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <set>
#include <type_traits>
#include <utility>

using SignalBox::AsyncRegistry;

namespace {

struct Counted
{
    static inline std::atomic<int> copies = 0;
    static inline std::atomic<int> alive = 0;

    Counted() { ++alive; }
    Counted(const Counted &) { ++copies, ++alive; }
    Counted(Counted &&) noexcept { ++alive; }
    ~Counted() { --alive; }
};

static_assert(!std::is_copy_constructible_v<AsyncRegistry<int>>);
static_assert(!std::is_move_constructible_v<AsyncRegistry<int>>);
static_assert(std::has_virtual_destructor_v<AsyncRegistry<int>>);
// A registry that one may only read notifies, as SyncRegistry does.
static_assert(requires(const AsyncRegistry<int> &registry) {
    registry.post(1);
    registry.notify(1);
    registry.notifySequential(1);
});

using Handler = void (*)(const int &);
using Returning = int (*)(const int &);
using Changing = void (*)(int &);
static_assert(AsyncRegistry<int>::isHandler<Handler>);
static_assert(!AsyncRegistry<int>::isHandler<Returning>, "void or Propagation");
static_assert(!AsyncRegistry<int>::isHandler<Changing>, "events are only read");

} // namespace

class EventStorage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventIsStoredOnce()
    {
        WorkerThread first;
        WorkerThread second;
        AsyncRegistry<Counted> registry;
        std::mutex mutex;
        std::multiset<const Counted *> seen;
        const auto handler = [&](const Counted &event) {
            const std::lock_guard lock(mutex);
            seen.insert(&event);
        };
        for (int i = 0; i < 3; ++i) {
            registry.registerHandler(first.context(), handler);
            registry.registerHandler(second.context(), handler);
            registry.registerHandler(handler);
        }
        Counted::copies = 0;
        registry.post(Counted());
        first.drain();
        second.drain();
        QCOMPARE(seen.size(), std::size_t(9));
        QCOMPARE(seen.count(*seen.begin()), std::size_t(9)); // one address
        QCOMPARE(Counted::copies.load(), 0);
        QTRY_COMPARE(Counted::alive.load(), 0);
    }

    void moveOnlyEventReachesEveryThread()
    {
        WorkerThread worker;
        AsyncRegistry<std::unique_ptr<int>> registry;
        int sum = 0;
        registry.registerHandler([&](const std::unique_ptr<int> &event) { sum += *event; });
        registry.registerHandler(worker.context(), [&](const std::unique_ptr<int> &event) { sum += 10 * *event; });
        registry.post(std::make_unique<int>(4));
        worker.drain();
        QCOMPARE(sum, 44);
    }

    void moveOnlyAndMutableFunctionsAreHandlers()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int sum = 0;
        registry.registerHandler(&context, [&sum, step = std::make_unique<int>(2)](const int &event) mutable {
            sum += event * *step;
            *step = 3;
        });
        registry.post(10);
        registry.post(10);
        QCOMPARE(sum, 50);
    }

    void eventMayPostInItsDestructor()
    {
        // Whichever thread lets go of it last, it holds no lock then.
        struct Relay
        {
            explicit Relay(AsyncRegistry<int> *registry) : target(registry) {}
            Relay(Relay &&other) noexcept : target(std::exchange(other.target, nullptr)) {}
            ~Relay()
            {
                if (target)
                    target->post(1);
            }
            AsyncRegistry<int> *target;
        };
        constexpr int events = 3000;
        WorkerThread worker;
        AsyncRegistry<int> deaths;
        int count = 0;
        deaths.registerHandler(worker.context(), [&](const int &) { ++count; }, {.delivery = SignalBox::Delivery::Queued});
        AsyncRegistry<Relay> registry;
        registry.registerHandler(worker.context(), [](const Relay &) {});
        for (int i = 0; i < events; ++i)
            registry.post(Relay(&deaths));
        worker.drain();
        worker.drain();
        QCOMPARE(count, events);
    }

    void eventPostedToNobodyIsNotStored()
    {
        AsyncRegistry<Counted> registry;
        registry.post(Counted());
        QCOMPARE(Counted::alive.load(), 0);
    }

    void handlersMayPostToAnyDepth()
    {
        AsyncRegistry<int> registry;
        QObject context;
        int calls = 0;
        registry.registerHandler(&context, [&](const int &event) {
            ++calls;
            if (event > 0)
                registry.post(event - 1);
        });
        registry.post(30);
        QCOMPARE(calls, 31);
    }
};

QTEST_GUILESS_MAIN(EventStorage)
#include "tst_asyncevent.moc"
