// SPDX-License-Identifier: MIT
#include "gate.h"

#include <SignalBox/RunningHandler>
#include <SignalBox/SyncRegistry>
#include <SignalBox/WatchSender>
#include <SignalBox/core/registry/handlerreference.h>

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::runningHandler;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(noexcept(runningHandler()));

namespace {

// Notes at its destruction who runs.
struct Witness
{
    explicit Witness(HandlerId *target) : seen(target) {}
    Witness(Witness &&other) noexcept : seen(std::exchange(other.seen, nullptr)) {}
    Witness &operator=(Witness &&) = delete;
    ~Witness()
    {
        if (seen)
            *seen = runningHandler();
    }
    HandlerId *seen;
};

} // namespace

class RunningHandler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isInvalidOutsideOfHandlers()
    {
        QVERIFY(!runningHandler().isValid());
        Registry registry;
        registry.registerHandler([](const int &) {});
        registry.notify(0);
        QVERIFY(!runningHandler().isValid());
        bool isValid = true;
        std::thread([&] { isValid = runningHandler().isValid(); }).join(); // a thread that never notified
        QVERIFY(!isValid);
    }

    void isTheIdOfEachHandlerInTurn_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {1, 3, 64, 65, 300}) // lists of one block and of several
            QTest::addRow("%d", count) << count;
    }

    void isTheIdOfEachHandlerInTurn()
    {
        QFETCH(int, count);
        Registry registry;
        std::vector<HandlerId> ids;
        std::vector<HandlerId> seen;
        for (int i = 0; i < count; ++i)
            ids.push_back(registry.registerHandler([&](const int &) { seen.push_back(runningHandler()); }));
        registry.notify(0);
        QCOMPARE(seen, ids);
    }

    void isTheInnermostOfNestedOnes()
    {
        Registry registry;
        const int depth = 30; // beyond the hazard slots of a record
        std::vector<HandlerId> before;
        std::vector<HandlerId> after;
        const HandlerId first = registry.registerHandler(
                [&](const int &event) {
                    before.push_back(runningHandler());
                    if (event < depth)
                        registry.notify(event + 1);
                    after.push_back(runningHandler());
                },
                {.priority = 1});
        std::vector<HandlerId> others;
        const HandlerId second = registry.registerHandler([&](const int &) { others.push_back(runningHandler()); });
        registry.notify(1);
        QCOMPARE(before, std::vector<HandlerId>(depth, first));
        QCOMPARE(after, before);
        QCOMPARE(others, std::vector<HandlerId>(depth, second));
        QVERIFY(!runningHandler().isValid());
    }

    void isTheOuterOneAfterANotifyToOthers()
    {
        Registry outer;
        Registry inner;
        std::vector<HandlerId> seen;
        const HandlerId innerId = inner.registerHandler([&](const int &) { seen.push_back(runningHandler()); });
        const HandlerId outerId = outer.registerHandler([&](const int &) {
            seen.push_back(runningHandler());
            inner.notify(0);
            seen.push_back(runningHandler());
        });
        outer.notify(0);
        QCOMPARE(seen, (std::vector<HandlerId>{outerId, innerId, outerId}));
    }

    void staysAfterOnceHasUnregisteredTheHandler()
    {
        Registry registry;
        HandlerId seen;
        bool isRegistered = true;
        const HandlerId id = registry.registerHandler(
                [&](const int &) {
                    seen = runningHandler();
                    isRegistered = registry.contains(seen);
                },
                {.once = true});
        registry.notify(0);
        QCOMPARE(seen, id);
        QVERIFY(!isRegistered);
    }

    void staysAfterTheRegistryIsGone()
    {
        auto registry = std::make_unique<Registry>();
        HandlerId seen;
        const HandlerId id = registry->registerHandler([&](const int &) {
            registry.reset();
            seen = runningHandler();
        });
        registry->notify(0);
        QCOMPARE(seen, id);
    }

    void handlerEndsItself()
    {
        Registry registry;
        int calls = 0;
        registry.registerHandler([&](const int &) {
            ++calls;
            QVERIFY(registry.unregister(runningHandler()));
        });
        registry.notify(0);
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    // What a handler that another thread may call before its id is known needs.
    void handlerEndsItselfWhileOthersNotify()
    {
        for (int i = 0; i < 100; ++i) {
            Registry registry;
            std::atomic<bool> isDone = false;
            std::atomic<int> ended = 0;
            std::thread notifier([&] {
                while (!isDone)
                    registry.notify(0);
            });
            registry.registerHandler([&](const int &) { ended += registry.unregister(runningHandler()); });
            while (!registry.isEmpty())
                std::this_thread::yield();
            isDone = true;
            notifier.join();
            QCOMPARE(ended.load(), 1);
        }
    }

    void isInvalidInAnExceptionCallback_data()
    {
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 4, 30})
            QTest::addRow("%d", depth) << depth;
    }

    void isInvalidInAnExceptionCallback()
    {
        QFETCH(int, depth);
        Registry registry;
        int calls = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) {
            ++calls;
            QVERIFY(!runningHandler().isValid());
        });
        std::vector<HandlerId> after;
        const HandlerId id = registry.registerHandler([&](const int &event) {
            if (event < depth)
                registry.notify(event + 1);
            after.push_back(runningHandler());
            throw std::runtime_error("broken");
        });
        registry.notify(1);
        QCOMPARE(calls, depth);
        QCOMPARE(after, std::vector<HandlerId>(static_cast<std::size_t>(depth), id));
    }

    void isValidInAHandlerThatAnExceptionCallbackNotifies()
    {
        Registry registry;
        Registry failures;
        HandlerId seen;
        const HandlerId id = failures.registerHandler([&](const int &) { seen = runningHandler(); });
        registry.onException([&](const SignalBox::ExceptionInfo &) { failures.notify(0); });
        registry.registerHandler([](const int &) { throw 1; });
        registry.notify(0);
        QCOMPARE(seen, id);
    }

    void isTheHandlersInACallByReference()
    {
        Registry registry;
        std::vector<HandlerId> seen;
        HandlerGuard guard = registry.registerGuard([&](const int &) { seen.push_back(runningHandler()); });
        const SignalBox::detail::HandlerReference reference(guard);
        const int event = 0;
        reference.call(&event);
        {
            SignalBox::detail::HandlerCalls calls;
            calls.call(reference, &event);
            QVERIFY(!runningHandler().isValid());
        }
        QCOMPARE(seen, (std::vector<HandlerId>{guard.id(), guard.id()}));
    }

    void isTheCallbacksOfAWatch()
    {
        SignalBox::WatchSender<int> sender(0);
        SignalBox::WatchReceiver<int> receiver = sender.subscribe();
        HandlerId seen;
        const HandlerGuard guard = receiver.onChanged([&] { seen = runningHandler(); });
        sender.send(1);
        QVERIFY(seen.isValid());
        QCOMPARE(seen, guard.id());
    }

    void isEachThreadsOwn()
    {
        Registry registry;
        Gate gate;
        HandlerId inside;
        const HandlerId id = registry.registerHandler([&](const int &) {
            gate.pass();
            inside = runningHandler();
        });
        Visitor visitor(gate, [&] { registry.notify(0); });
        QVERIFY(!runningHandler().isValid());
        visitor.leave();
        QCOMPARE(inside, id);
    }

    // It has left the handler that dies.
    void isTheOuterHandlerWhileACaptureIsDestroyed()
    {
        Registry outer;
        Registry inner;
        HandlerId seen;
        const HandlerId id = outer.registerHandler([&](const int &) { inner.notify(0); });
        inner.registerHandler([&inner, witness = Witness(&seen)](const int &) { inner.unregister(runningHandler()); });
        outer.notify(0);
        QCOMPARE(seen, id);
    }
};

QTEST_APPLESS_MAIN(RunningHandler)
#include "tst_runninghandler.moc"
