// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistrar>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <optional>
#include <type_traits>
#include <vector>

using SignalBox::AsyncOptions;
using SignalBox::AsyncRegistrar;
using SignalBox::AsyncRegistry;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;

namespace {

template <class R>
concept Posts = requires(R registry) { registry.post(1); };
template <class R>
concept Notifies = requires(R registry) { registry.notify(1); };
template <class R>
concept Clears = requires(R registry) { registry.clear(); };

static_assert(Posts<AsyncRegistry<int> &> && !Posts<AsyncRegistrar<int> &>);
static_assert(Notifies<AsyncRegistry<int> &> && !Notifies<AsyncRegistrar<int> &>);
static_assert(Clears<AsyncRegistry<int> &> && !Clears<AsyncRegistrar<int> &>);
static_assert(!std::is_default_constructible_v<AsyncRegistrar<int>>);
static_assert(sizeof(AsyncRegistrar<int>) == sizeof(void *));

class Page : public QObject
{
public:
    void show(const int &page) { shown = page; }

    int shown = 0;
};

} // namespace

class AsyncRegistrarOfARegistry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itRegistersForEachKindOfTarget()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<int> registry;
        const AsyncRegistrar<int> registrar = registry.registrar();
        Page page;
        std::atomic<int> calls = 0;
        const auto count = [&] { ++calls; };
        registrar.registerHandler(count);
        registrar.registerHandler(count, {.priority = 1});
        const AsyncOptions options{.priority = 2};
        registrar.registerHandler(count, options);
        registrar.registerHandler(this, count);
        registrar.registerHandler(worker.context(), count, {.backlog = SignalBox::Backlog::newest(4)});
        registrar.registerHandler(SignalBox::onThread(worker.thread()), count);
        registrar.registerHandler(SignalBox::inPool(&pool), count);
        registrar.registerHandler(&page, &Page::show);
        const HandlerGuard inlineGuard = registrar.registerGuard(count);
        const HandlerGuard guard = registrar.registerGuard(&page, &Page::show, {.priority = 3});
        const auto report = registry.notify(9);
        QVERIFY(finishes(report));
        COMPARE_REPORT(report.result(), 10, 0, 0);
        QCOMPARE(calls.load(), 8);
        QCOMPARE(page.shown, 9);
    }

    // `{}` is options, and no enumerator of another parameter.
    void optionsMayBeEmptyBraces()
    {
        AsyncRegistry<int> registry;
        Page page;
        registry.registerHandler(&page, &Page::show, {});
        const HandlerGuard guard = registry.registerGuard(&page, [](const int &) {}, {});
        registry.registerHandler([](const int &) {}, {});
        registry.registrar().registerHandler(&page, [](const int &) {}, {});
        const auto report = registry.notify(4);
        COMPARE_REPORT(report.result(), 4, 0, 0);
        QCOMPARE(page.shown, 4);
    }

    void ownHandlersAreDeliveredToAndDropWhatWaits()
    {
        AsyncRegistry<int> registry;
        const AsyncRegistrar<int> registrar = registry.registrar();
        std::vector<int> seen;
        const HandlerId id = registrar.registerHandler(
                this, [&](const int &event) { seen.push_back(event); }, {.backlog = SignalBox::Backlog::all().onDemand()});
        registry.post(1);
        QVERIFY(registrar.dropPending(id));
        registry.post(2);
        QVERIFY(registrar.deliver(id));
        QCOMPARE(seen, std::vector<int>{2});
        QVERIFY(registrar.unregister(id));
        QVERIFY(!registrar.dropPending(id));
    }

    void ownHandlersArePausedMovedAndEndedByTheirIds()
    {
        AsyncRegistry<int> registry;
        const AsyncRegistrar<int> registrar = registry.registrar();
        QByteArray order;
        const HandlerId first = registrar.registerHandler([&] { order += 'a'; });
        const HandlerId second = registrar.registerHandler([&] { order += 'b'; });
        QVERIFY(registrar.setPriority(second, 1));
        registry.post(0);
        QVERIFY(registrar.setEnabled(first, false));
        QVERIFY(registrar.contains(first) && !registrar.isEnabled(first));
        registry.post(0);
        QVERIFY(registrar.unregister(second));
        QVERIFY(registrar.setEnabled(first, true));
        registry.post(0);
        QVERIFY(registrar.unregisterAndWait(first));
        QVERIFY(registry.isEmpty());
        QCOMPARE(order, QByteArray("baba"));
    }

    void nextEventCanBeAwaited()
    {
        AsyncRegistry<int> registry;
        const auto next = registry.registrar().next(this);
        registry.post(3);
        QVERIFY(finishes(next));
        QCOMPARE(next.result(), std::optional<int>(3));
    }

    void nullContextIsRefusedAsByTheRegistry()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the context object is null")));
        QVERIFY(!registry.registrar().registerHandler(nullptr, [] {}).isValid());
    }

    void handlerIsRegisteredAtTheLineOfItsCaller()
    {
        AsyncRegistry<int> registry;
        registry.registrar().registerHandler(this, [] {});
        QCOMPARE(registry.handlers().front().registeredAt.line(), static_cast<unsigned>(__LINE__ - 1));
    }
};

QTEST_GUILESS_MAIN(AsyncRegistrarOfARegistry)
#include "tst_asyncregistrar.moc"
