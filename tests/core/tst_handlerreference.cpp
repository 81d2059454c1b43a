// SPDX-License-Identifier: MIT
#include "capture.h"
#include "gate.h"

#include <SignalBox/SourceLocation>
#include <SignalBox/core/registry/handlerreference.h>

#include <QtTest/qtest.h>

#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using SignalBox::detail::HandlerReference;
using SignalBox::detail::HandlerVisit;
using SignalBox::detail::Outcome;
using Registry = SignalBox::SyncRegistry<int>;

template <class F, class Prepare>
HandlerGuard registerWith(Registry &registry, F function, Prepare &&prepare)
{
    return HandlerReference::registerWith(registry, HandlerReference::sourceOf<int, F>(function), {},
                                          SignalBox::SourceLocation::current(), std::forward<Prepare>(prepare));
}

// One handler called by itself: what layers above do when an event arrives on another thread.
class HandlerReferenceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void callsItsHandlerAlone()
    {
        Registry registry;
        int others = 0;
        std::vector<int> seen;
        registry.registerHandler([&](const int &) { ++others; }, {.priority = 1});
        const HandlerGuard guard = registry.registerGuard([&](const int &event) { seen.push_back(event); });
        const HandlerReference reference(guard);
        QCOMPARE(reference.id(), guard.id());
        const int event = 7;
        QCOMPARE(reference.call(&event), Outcome::Continue);
        QCOMPARE(seen, std::vector<int>{7});
        QCOMPARE(others, 0);
    }

    void tellsStopAndFailure()
    {
        Registry registry;
        std::string message;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        const HandlerGuard stops = registry.registerGuard([](const int &) { return Propagation::Stop; });
        const HandlerGuard throws = registry.registerGuard([](const int &) { throw std::runtime_error("broken"); });
        const int event = 0;
        QCOMPARE(HandlerReference(stops).call(&event), Outcome::Stop);
        QCOMPARE(HandlerReference(throws).call(&event), Outcome::Failed);
        QCOMPARE(message, std::string("broken"));
    }

    void pausedOrRemovedHandlerIsNotCalled()
    {
        Registry registry;
        int calls = 0;
        HandlerGuard guard = registry.registerGuard([&](const int &) { ++calls; });
        const HandlerReference reference(guard);
        const int event = 0;
        registry.setEnabled(guard.id(), false);
        QCOMPARE(reference.call(&event), Outcome::NotCalled);
        registry.setEnabled(guard.id(), true);
        QCOMPARE(reference.call(&event), Outcome::Continue);
        guard.reset();
        QVERIFY(!reference.isRegistered());
        QCOMPARE(reference.call(&event), Outcome::NotCalled);
        QCOMPARE(calls, 1);
    }

    void mayOutliveItsRegistryButKeepsNoCapture()
    {
        CaptureCounter captures;
        HandlerReference reference;
        {
            Registry registry;
            reference = HandlerReference(registry.registerGuard([capture = captures.capture()](const int &) {}));
        }
        QCOMPARE(captures.alive(), 0);
        const int event = 0;
        QCOMPARE(reference.call(&event), Outcome::NotCalled);
        QVERIFY(!reference.unregister());
    }

    void onlyOneUnregisterSucceeds()
    {
        Registry registry;
        const HandlerId id = registry.registerHandler([](const int &) {});
        HandlerGuard guard = registry.registerGuard([](const int &) {});
        const HandlerReference reference(guard);
        QVERIFY(reference.unregister());
        QVERIFY(!reference.unregister());
        QVERIFY(!registry.unregister(guard.id()));
        QVERIFY(registry.contains(id));
    }

    void handlerHasItsReferenceBeforeItIsRegistered()
    {
        Registry registry;
        HandlerReference reference;
        int calls = 0;
        const auto count = [&](const int &) { ++calls; };
        const HandlerGuard guard = registerWith(registry, count, [&](HandlerReference handler) {
            QVERIFY(registry.isEmpty());
            registry.notify(0);
            reference = std::move(handler);
        });
        QCOMPARE(calls, 0);
        QCOMPARE(reference.id(), guard.id());
        QVERIFY(reference.isRegistered());
        registry.notify(1);
        QCOMPARE(calls, 1);
    }

    void handlerIsNotRegisteredIfPreparingItThrows()
    {
        Registry registry;
        CaptureCounter captures;
        HandlerReference reference;
        const auto refuse = [&](HandlerReference handler) {
            reference = std::move(handler);
            throw std::runtime_error("no");
        };
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 static_cast<void>(registerWith(
                                     registry, [capture = captures.capture()](const int &) {}, refuse)));
        QVERIFY(registry.isEmpty());
        QCOMPARE(captures.alive(), 1); // the reference keeps it
        reference = HandlerReference();
        QCOMPARE(captures.alive(), 0);
    }

    void removersWaitForTheCall()
    {
        Registry registry;
        Gate gate;
        bool isOver = false; // plain: the wait orders it
        HandlerGuard guard = registry.registerGuard([&](const int &) {
            gate.pass();
            isOver = true;
        });
        const HandlerReference reference(guard);
        std::thread caller([&] {
            const int event = 0;
            reference.call(&event);
        });
        gate.awaitArrivals(1);
        std::thread opener([&] {
            while (reference.isRegistered())
                std::this_thread::yield();
            giveWay();
            gate.open();
        });
        QVERIFY(registry.unregisterAndWait(guard.id()));
        QVERIFY(isOver);
        caller.join();
        opener.join();
    }

    void handlerMayUnregisterItselfAndIsDestroyedAfterTheCall()
    {
        Registry registry;
        CaptureCounter captures;
        std::optional<HandlerReference> reference;
        int aliveInside = 0;
        reference.emplace(registry.registerGuard([&, capture = captures.capture()](const int &) {
            QVERIFY(!reference->unregister()); // the guard that was passed has ended
            aliveInside = captures.alive();
        }));
        HandlerGuard guard = registry.registerGuard([&, capture = captures.capture()](const int &) {
            QVERIFY(reference->unregister());
            aliveInside = captures.alive();
        });
        reference.emplace(guard);
        const int event = 0;
        QCOMPARE(reference->call(&event), Outcome::Continue);
        QCOMPARE(aliveInside, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void callsNestToAnyDepth()
    {
        Registry registry;
        std::optional<HandlerReference> reference;
        int deepest = 0;
        HandlerGuard guard = registry.registerGuard([&](const int &event) {
            deepest = event;
            if (event < 30) {
                const int next = event + 1;
                QCOMPARE(reference->call(&next), Outcome::Continue);
            }
        });
        reference.emplace(guard);
        const int first = 1;
        QCOMPARE(reference->call(&first), Outcome::Continue);
        QCOMPARE(deepest, 30);
        // Inside of it, from the deepest call: later ones see it.
        QVERIFY(registry.unregister(guard.id()));
        QCOMPARE(reference->call(&first), Outcome::NotCalled);
    }

    void visitAsksPausedHandlersToo()
    {
        Registry registry;
        std::string asked;
        registry.registerHandler([&](const int &) { asked += 'a'; }, {.priority = 2});
        registry.registerHandler([&](const int &) { asked += 'b'; }, {.priority = 1, .enabled = false});
        const HandlerId gone = registry.registerHandler([&](const int &) { asked += 'c'; });
        registry.unregister(gone);
        HandlerVisit::run(registry, 0);
        QCOMPARE(asked, std::string("ab"));
    }
};

QTEST_GUILESS_MAIN(HandlerReferenceTest)
#include "tst_handlerreference.moc"
