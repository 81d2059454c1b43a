// SPDX-License-Identifier: MIT
#include <SignalBox/SourceLocation>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::HandlerInfo;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_aggregate_v<HandlerInfo> && std::is_copy_constructible_v<HandlerInfo>);
static_assert(std::is_same_v<decltype(std::declval<const Registry &>().handlers()), std::vector<HandlerInfo>>);

class Introspection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyRegistryHasNoRows()
    {
        Registry registry;
        QVERIFY(registry.handlers().empty());
        QVERIFY(registry.isEmpty());
        QCOMPARE(registry.handlerCount(), 0U);
    }

    void rowsComeInTheOrderOfCallsAndSayWhatWasRegistered()
    {
        Registry registry;
        const std::string longName(100, 'x');
        const HandlerId last = registry.registerHandler([](const int &) {}, {.priority = -7, .name = longName});
        const HandlerId first = registry.registerHandler([](const int &) {}, {.priority = 3, .name = "first"});
        const HandlerId paused = registry.registerHandler([](const int &) {}, {.enabled = false});
        const std::vector<HandlerInfo> rows = registry.handlers();
        QCOMPARE(rows.size(), 3U);
        QCOMPARE(rows[0].id, first);
        QCOMPARE(rows[0].priority, 3);
        QCOMPARE(rows[0].name, std::string("first"));
        QVERIFY(rows[0].enabled);
        QCOMPARE(rows[1].id, paused);
        QCOMPARE(rows[1].name, std::string());
        QVERIFY(!rows[1].enabled);
        QCOMPARE(rows[2].id, last);
        QCOMPARE(rows[2].priority, -7);
        QCOMPARE(rows[2].name, longName);
    }

    void rowNamesTheLineOfTheRegistration()
    {
        Registry registry;
        const std::uint_least32_t line = SignalBox::SourceLocation::current().line();
        registry.registerHandler([](const int &) {});
        const HandlerGuard guard = registry.registerGuard([](const int &) {});
        const std::vector<HandlerInfo> rows = registry.handlers();
        QCOMPARE(rows[0].registeredAt.line(), line + 1);
        QCOMPARE(rows[1].registeredAt.line(), line + 2);
        for (const HandlerInfo &row : rows) {
            QVERIFY(std::string_view(row.registeredAt.file_name()).ends_with("tst_introspection.cpp"));
            QVERIFY(std::string_view(row.registeredAt.function_name()).find("rowNamesTheLine") != std::string_view::npos);
        }
    }

    void wrapperMayPassItsCallersLocation()
    {
        Registry registry;
        const auto add = [&registry](SignalBox::SourceLocation location = SignalBox::SourceLocation::current()) {
            registry.registerHandler([](const int &) {}, {}, location);
        };
        const std::uint_least32_t line = SignalBox::SourceLocation::current().line();
        add();
        QCOMPARE(registry.handlers().front().registeredAt.line(), line + 1);
    }

    void rowsFollowChanges()
    {
        Registry registry;
        const HandlerId a = registry.registerHandler([](const int &) {});
        const HandlerId b = registry.registerHandler([](const int &) {}, {.name = "b"});
        registry.setPriority(b, 5);
        registry.setEnabled(a, false);
        std::vector<HandlerInfo> rows = registry.handlers();
        QCOMPARE(rows[0].id, b);
        QCOMPARE(rows[0].priority, 5);
        QCOMPARE(rows[0].name, std::string("b"));
        QCOMPARE(rows[1].id, a);
        QVERIFY(!rows[1].enabled);
        registry.unregister(b);
        rows = registry.handlers();
        QCOMPARE(rows.size(), 1U);
        QCOMPARE(rows[0].id, a);
        registry.clear();
        QVERIFY(registry.handlers().empty());
    }

    void rowsOutliveTheRegistry()
    {
        std::vector<HandlerInfo> rows;
        {
            Registry registry;
            registry.registerHandler([](const int &) {}, {.name = "a name that does not fit into the string itself"});
            rows = registry.handlers();
        }
        QCOMPARE(rows.front().name, std::string("a name that does not fit into the string itself"));
    }

    void rowsSeenInsideAHandlerAreUpToDate()
    {
        Registry registry;
        HandlerId own;
        HandlerId other;
        std::vector<HandlerInfo> rows;
        own = registry.registerHandler([&](const int &) {
            registry.unregister(own);
            registry.setEnabled(other, false);
            rows = registry.handlers();
        });
        other = registry.registerHandler([](const int &) {});
        registry.notify(0);
        QCOMPARE(rows.size(), 1U);
        QCOMPARE(rows[0].id, other);
        QVERIFY(!rows[0].enabled);
    }

    void countIncludesPausedHandlers()
    {
        Registry registry;
        std::vector<HandlerId> ids;
        for (std::size_t i = 0; i < 200; ++i) {
            ids.push_back(registry.registerHandler([](const int &) {}, {.enabled = i % 2 == 0}));
            QCOMPARE(registry.handlerCount(), i + 1);
        }
        QCOMPARE(registry.handlers().size(), 200U);
        QCOMPARE(registry.notify(0).called, 100U);
        for (const HandlerId id : ids)
            registry.unregister(id);
        QCOMPARE(registry.handlerCount(), 0U);
        QVERIFY(registry.isEmpty());
    }

    void optionsAreNotAskedToStayAlive()
    {
        Registry registry;
        {
            SignalBox::HandlerOptions options{.priority = 4, .name = std::string(50, 'n')};
            registry.registerHandler([](const int &) {}, options);
            options.name.assign(50, 'm');
        }
        QCOMPARE(registry.handlers().front().name, std::string(50, 'n'));
    }
};

QTEST_APPLESS_MAIN(Introspection)
#include "tst_introspection.moc"
