// SPDX-License-Identifier: MIT
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <stdexcept>
#include <type_traits>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_aggregate_v<DispatchReport> && std::is_trivially_copyable_v<DispatchReport>);
static_assert(std::is_same_v<decltype(DispatchReport::called), std::uint32_t>);
static_assert(std::is_same_v<decltype(DispatchReport::failed), std::uint32_t>);
static_assert(std::is_same_v<decltype(DispatchReport::dropped), std::uint32_t>);
static_assert(std::is_same_v<decltype(DispatchReport::stoppedBy), HandlerId>);

class Report : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reportOfAnEmptyRegistryIsAllZero()
    {
        const Registry registry;
        const DispatchReport report = registry.notify(0);
        QCOMPARE(report.called, 0U);
        QCOMPARE(report.failed, 0U);
        QCOMPARE(report.dropped, 0U);
        QVERIFY(!report.stoppedBy.isValid());
        QCOMPARE(report, DispatchReport());
    }

    void calledCountsEveryCallAndFailedThoseThatThrew_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {1, 2, 63, 64, 65, 128, 129, 1000})
            QTest::addRow("%d handlers", count) << count;
    }

    void calledCountsEveryCallAndFailedThoseThatThrew()
    {
        QFETCH(int, count);
        Registry registry;
        std::uint32_t calls = 0;
        std::uint32_t throws = 0;
        for (int i = 0; i < count; ++i) {
            registry.registerHandler([&calls, &throws, i](const int &) {
                ++calls;
                if (i % 3 == 1) {
                    ++throws;
                    throw i;
                }
            });
        }
        const DispatchReport report = registry.notify(0);
        QCOMPARE(report, (DispatchReport{.called = calls, .failed = throws}));
        QCOMPARE(calls, static_cast<std::uint32_t>(count));
    }

    void handlersThatAreSkippedAreNotCounted()
    {
        Registry registry;
        HandlerId removed;
        HandlerId paused;
        registry.registerHandler([&](const int &) {
            registry.unregister(removed);
            registry.setEnabled(paused, false);
            registry.registerHandler([](const int &) {});
        }, {.priority = 1});
        removed = registry.registerHandler([](const int &) {});
        paused = registry.registerHandler([](const int &) {});
        registry.registerHandler([](const int &) {}, {.enabled = false});
        registry.registerHandler([](const int &) {}, {.priority = -1});
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2}));
    }

    void skippedHandlersAreNotCountedWhereverTheyStand()
    {
        for (std::size_t skipped = 1; skipped < 150; ++skipped) {
            Registry registry;
            std::vector<HandlerId> ids;
            ids.push_back(registry.registerHandler([&](const int &) { registry.unregister(ids[skipped]); }));
            for (int i = 1; i < 150; ++i)
                ids.push_back(registry.registerHandler([](const int &) {}));
            QCOMPARE(registry.notify(0), (DispatchReport{.called = 149}));
        }
    }

    void throwAndStopAreReportedByTheSameNotify()
    {
        Registry registry;
        registry.registerHandler([](const int &) { throw std::runtime_error("first"); }, {.priority = 1});
        const HandlerId stopper = registry.registerHandler([](const int &) { return Propagation::Stop; });
        registry.registerHandler([](const int &) {}, {.priority = -1});
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .failed = 1, .stoppedBy = stopper}));
    }

    void nestedNotifyHasItsOwnReport()
    {
        Registry registry;
        DispatchReport inner;
        registry.registerHandler([&](const int &event) {
            if (event == 0)
                inner = registry.notify(1);
            else
                throw event;
        });
        registry.registerHandler([](const int &) {});
        const DispatchReport outer = registry.notify(0);
        QCOMPARE(inner, (DispatchReport{.called = 2, .failed = 1}));
        QCOMPARE(outer, (DispatchReport{.called = 2}));
    }

    void reportOfARegistryDestroyedInsideCountsWhatWasCalled()
    {
        auto registry = std::make_unique<Registry>();
        registry->registerHandler([](const int &) {}, {.priority = 1});
        registry->registerHandler([&](const int &) { registry.reset(); });
        registry->registerHandler([](const int &) {}, {.priority = -1});
        QCOMPARE(registry->notify(0), (DispatchReport{.called = 2}));
    }
};

QTEST_APPLESS_MAIN(Report)
#include "tst_report.moc"
