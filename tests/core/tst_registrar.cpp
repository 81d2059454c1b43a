// SPDX-License-Identifier: MIT
#include <SignalBox/Registrar>

#include <QtTest/qtest.h>

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::Registrar;
using SignalBox::SyncRegistry;

namespace {

template <class R>
concept Notifies = requires(R registry) { registry.notify(1); };
template <class R>
concept Clears = requires(R registry) { registry.clear(); };
template <class R>
concept TakesStrings = requires(R registry) { registry.registerHandler([](const char *) {}); };

static_assert(Notifies<SyncRegistry<int> &> && !Notifies<Registrar<int> &>);
static_assert(Clears<SyncRegistry<int> &> && !Clears<Registrar<int> &>);
static_assert(!TakesStrings<Registrar<int> &>);
static_assert(std::is_copy_constructible_v<Registrar<int>> && std::is_copy_assignable_v<Registrar<int>>);
static_assert(!std::is_default_constructible_v<Registrar<int>>);
static_assert(sizeof(Registrar<int>) == sizeof(void *));

// Keeps its registry private, and hands out the registrar.
class Document
{
public:
    Registrar<int> saved() { return m_saved.registrar(); }
    int save(int size) { return static_cast<int>(m_saved.notify(size).called); }

private:
    SyncRegistry<int> m_saved;
};

class Counter
{
public:
    void add(const int &size) { total += size; }

    int total = 0;
};

} // namespace

class RegistrarOfARegistry : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlersOfARegistrarAreTheRegistrys()
    {
        Document document;
        const Registrar<int> saved = document.saved();
        int seen = 0;
        Counter counter;
        const HandlerId lambda = saved.registerHandler([&](const int &size) { seen = size; }, {.priority = 1});
        const HandlerId member = saved.registerHandler(&counter, &Counter::add);
        {
            const HandlerGuard guard = saved.registerGuard([&] { ++seen; });
            const HandlerGuard memberGuard = document.saved().registerGuard(&counter, &Counter::add);
            QCOMPARE(document.save(5), 4);
        }
        QCOMPARE(seen, 6);
        QCOMPARE(counter.total, 10);
        QVERIFY(saved.contains(lambda) && saved.contains(member));
        QCOMPARE(document.save(1), 2);
    }

    void ownHandlersArePausedMovedAndEndedByTheirIds()
    {
        Document document;
        const Registrar<int> saved = document.saved();
        std::string order;
        const HandlerId first = saved.registerHandler([&] { order += 'a'; });
        const HandlerId second = saved.registerHandler([&] { order += 'b'; });
        QVERIFY(saved.setPriority(second, 1));
        document.save(0);
        QVERIFY(saved.setEnabled(first, false));
        QVERIFY(!saved.isEnabled(first));
        document.save(0);
        QVERIFY(saved.setEnabled(first, true));
        QVERIFY(saved.unregister(second));
        document.save(0);
        QVERIFY(saved.unregisterAndWait(first));
        QVERIFY(!saved.contains(first) && !saved.unregister(first));
        QCOMPARE(document.save(0), 0);
        QCOMPARE(order, std::string("baba"));
    }

    void emptyCallableIsRefusedAsByTheRegistry()
    {
        Document document;
        void (*none)(const int &) = nullptr;
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, document.saved().registerHandler(none));
    }

    void handlerIsRegisteredAtTheLineOfItsCaller()
    {
        SyncRegistry<int> registry;
        registry.registrar().registerHandler([] {});
        QCOMPARE(registry.handlers().front().registeredAt.line(), static_cast<unsigned>(__LINE__ - 1));
    }

    void registryWithoutEventDataHasARegistrarToo()
    {
        SyncRegistry<void> registry;
        int calls = 0;
        registry.registrar().registerHandler([&] { ++calls; });
        registry.notify();
        QCOMPARE(calls, 1);
    }
};

QTEST_GUILESS_MAIN(RegistrarOfARegistry)
#include "tst_registrar.moc"
