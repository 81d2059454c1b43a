// SPDX-License-Identifier: MIT
#include "../qt/workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/RegistryModel>

#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <future>
#include <random>
#include <stdexcept>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerId;
using SignalBox::RegistryModel;

namespace {

// A model of a registry, whose signals are checked against each other.
struct Watched
{
    AsyncRegistry<int> registry;
    RegistryModel model;
    QAbstractItemModelTester tester{&model, QAbstractItemModelTester::FailureReportingMode::QtTest};
    QSignalSpy reset{&model, &QAbstractItemModel::modelReset};

    Watched() { model.setRegistry(&registry); }

    QVariant at(int row, RegistryModel::Role role) const { return model.index(row).data(role); }

    QStringList names() const
    {
        QStringList result;
        for (int row = 0; row < model.count(); ++row)
            result.append(at(row, RegistryModel::NameRole).toString());
        return result;
    }

    HandlerId add(const char *name, int priority = 0)
    {
        return registry.registerHandler([](const int &) {}, {.priority = priority, .name = QString::fromLatin1(name)});
    }
};

QList<int> rolesOf(const QSignalSpy &changes, int index)
{
    return changes.at(index).at(2).value<QList<int>>();
}

} // namespace

class RegistryModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allNumbersCountFromWhenTheModelGotItsRegistry()
    {
        AsyncRegistry<int> registry;
        registry.setStatisticsEnabled(true);
        registry.registerHandler(this, [](int value) { if (value < 0) throw std::runtime_error("negative"); },
                                 {.backlog = SignalBox::Backlog::newest()});
        const auto postAll = [&](std::initializer_list<int> values) {
            for (const int value : values)
                registry.post(value);
        };
        QSignalSpy failed(&registry, &SignalBox::RegistryObject::handlerFailed);
        postAll({1, 2, -3});
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(registry.handlers().front().calls, quint64(1));
        QCOMPARE(registry.handlers().front().merged, quint64(2));
        RegistryModel model;
        model.setRegistry(&registry);
        const auto number = [&](RegistryModel::Role role) { return model.index(0).data(role).toInt(); };
        for (const auto role : {RegistryModel::CallsRole, RegistryModel::FailuresRole, RegistryModel::MergedRole})
            QCOMPARE(number(role), 0);
        QCOMPARE(model.index(0).data(RegistryModel::LastErrorRole).toString(), QString());
        postAll({1, 2});
        QTRY_COMPARE(number(RegistryModel::CallsRole), 1);
        QTRY_COMPARE(number(RegistryModel::MergedRole), 1);
        QVERIFY(model.index(0).data(RegistryModel::MeanTimeRole).toDouble() > 0);
    }

    void unnamedHandlersAreNamedByTheLineThatRegistersThem()
    {
        AsyncRegistry<int> registry;
        const int line = __LINE__ + 1;
        registry.registerHandler([](int) {});
        RegistryModel model;
        model.setRegistry(&registry);
        const QString place = QStringLiteral("tst_registrymodel.cpp:") + QString::number(line);
        QCOMPARE(model.index(0).data(RegistryModel::NameRole).toString(), place);
        QCOMPARE(model.index(0).data(RegistryModel::RegisteredAtRole).toString(), place);
    }

    void longestTimeIsThatOfTheLongestCall()
    {
        Watched watched;
        watched.add("handler");
        watched.registry.post(1);
        QTRY_VERIFY(watched.at(0, RegistryModel::LongestTimeRole).toDouble() > 0);
        QVERIFY(watched.at(0, RegistryModel::LongestTimeRole).toDouble() >= watched.at(0, RegistryModel::MeanTimeRole).toDouble());
    }

    void rowsAreTheHandlersInTheOrderOfCalls()
    {
        Watched watched;
        watched.add("middle");
        watched.add("late", -1);
        watched.add("early", 1);
        QTRY_COMPARE(watched.names(), QStringList({QStringLiteral("early"), QStringLiteral("middle"), QStringLiteral("late")}));
        QCOMPARE(watched.at(0, RegistryModel::PriorityRole).toInt(), 1);
        QCOMPARE(watched.at(0, RegistryModel::ThreadNameRole).toString(), QString());
        QCOMPARE(watched.at(0, RegistryModel::EnabledRole).toBool(), true);
        QCOMPARE(watched.reset.count(), 0);
    }

    void rowsComeAndGoAndMoveOneByOne()
    {
        Watched watched;
        watched.add("a");
        const HandlerId b = watched.add("b");
        const HandlerId c = watched.add("c");
        QTRY_COMPARE(watched.model.count(), 3);
        QSignalSpy inserted(&watched.model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&watched.model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy moved(&watched.model, &QAbstractItemModel::rowsMoved);
        QSignalSpy counts(&watched.model, &RegistryModel::countChanged);

        watched.registry.unregister(b);
        QTRY_COMPARE(removed.count(), 1);
        QCOMPARE(removed.at(0).at(1).toInt(), 1);
        QCOMPARE(removed.at(0).at(2).toInt(), 1);

        watched.registry.setPriority(c, 1);
        QTRY_COMPARE(moved.count(), 1);
        QCOMPARE(watched.names(), QStringList({QStringLiteral("c"), QStringLiteral("a")}));
        QCOMPARE(counts.count(), 1);

        watched.add("d");
        watched.add("e");
        QTRY_COMPARE(inserted.count(), 1);
        QCOMPARE(inserted.at(0).at(1).toInt(), 2);
        QCOMPARE(inserted.at(0).at(2).toInt(), 3);
        QCOMPARE(counts.count(), 2);
        QCOMPARE(watched.reset.count(), 0);
    }

    void anyChangeIsFollowed()
    {
        Watched watched;
        std::mt19937 random(7);
        std::vector<HandlerId> ids;
        const auto any = [&random](int count) { return std::uniform_int_distribution(0, count - 1)(random); };
        for (int round = 0; round < 200; ++round) {
            for (int change = any(12); change > 0; --change) {
                const int kind = any(4);
                if (kind == 0 || ids.empty()) {
                    ids.push_back(watched.add("any", any(5)));
                } else {
                    const auto place = ids.begin() + any(static_cast<int>(ids.size()));
                    if (kind == 1) {
                        watched.registry.setPriority(*place, any(5));
                    } else if (kind == 2) {
                        watched.registry.setEnabled(*place, any(2) == 0);
                    } else {
                        watched.registry.unregister(*place);
                        ids.erase(place);
                    }
                }
            }
            QCoreApplication::processEvents();
            const auto handlers = watched.registry.handlers();
            QCOMPARE(std::size_t(watched.model.count()), handlers.size());
            for (int row = 0; row < watched.model.count(); ++row) {
                const auto &handler = handlers[static_cast<std::size_t>(row)];
                QVERIFY(watched.at(row, RegistryModel::HandlerIdRole).value<HandlerId>() == handler.id);
                QCOMPARE(watched.at(row, RegistryModel::PriorityRole).toInt(), handler.priority);
                QCOMPARE(watched.at(row, RegistryModel::EnabledRole).toBool(), handler.enabled);
            }
        }
        QCOMPARE(watched.reset.count(), 0);
    }

    void numbersAreToldForTheRowsThatChanged()
    {
        Watched watched;
        watched.registry.onException([](const SignalBox::ExceptionInfo &) {});
        watched.add("early", 1);
        const HandlerId paused = watched.add("paused", 0);
        watched.registry.registerHandler([](const int &) { throw std::runtime_error("boom"); }, {.priority = -1});
        watched.registry.setEnabled(paused, false);
        QTRY_COMPARE(watched.model.count(), 3);
        QSignalSpy changes(&watched.model, &QAbstractItemModel::dataChanged);
        for (int i = 0; i < 5; ++i)
            watched.registry.post(i);
        QTRY_COMPARE(watched.at(2, RegistryModel::CallsRole).toInt(), 5);
        QCOMPARE(changes.count(), 2); // one for each of the rows that were called
        QCOMPARE(changes.at(0).at(0).toModelIndex().row(), 0);
        QCOMPARE(changes.at(1).at(0).toModelIndex().row(), 2);
        QVERIFY(rolesOf(changes, 0).contains(RegistryModel::CallsRole));
        QVERIFY(!rolesOf(changes, 0).contains(RegistryModel::FailuresRole));
        QVERIFY(rolesOf(changes, 1).contains(RegistryModel::LastErrorRole));
        QCOMPARE(watched.at(2, RegistryModel::FailuresRole).toInt(), 5);
        QCOMPARE(watched.at(2, RegistryModel::LastErrorRole).toString(), QStringLiteral("boom"));
        QVERIFY(watched.at(2, RegistryModel::MeanTimeRole).toDouble() > 0);
        QCOMPARE(watched.at(1, RegistryModel::CallsRole).toInt(), 0);
    }

    void lossesAreTold()
    {
        Watched watched;
        watched.registry.registerHandler(this, [](const int &) {}, {.backlog = SignalBox::Backlog::newest()});
        watched.registry.registerHandler(
            this, [](const int &) {}, {.backlog = SignalBox::Backlog::oldest(2)});
        for (int i = 0; i < 5; ++i)
            watched.registry.post(i);
        QTRY_COMPARE(watched.at(0, RegistryModel::MergedRole).toInt(), 4);
        QTRY_COMPARE(watched.at(1, RegistryModel::DroppedRole).toInt(), 3);
    }

    // Nothing is called meanwhile.
    void waitingIsToldOfABlockedThread()
    {
        Watched watched;
        WorkerThread worker;
        std::promise<void> goOn;
        worker.post([&] { goOn.get_future().wait(); });
        watched.registry.registerHandler(worker.context(), [](const int &) {});
        QTRY_COMPARE(watched.model.count(), 1);
        QCOMPARE(watched.at(0, RegistryModel::WaitingRole).toInt(), 0);
        for (const int expected : {5, 10}) {
            for (int i = 0; i < 5; ++i)
                watched.registry.post(i);
            QTRY_COMPARE(watched.at(0, RegistryModel::WaitingRole).toInt(), expected);
        }
        goOn.set_value();
        QTRY_COMPARE(watched.at(0, RegistryModel::WaitingRole).toInt(), 0);
        QCOMPARE(watched.at(0, RegistryModel::CallsRole).toInt(), 10);
    }

    void statisticsAreEnabledWhileAModelLooks()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        {
            RegistryModel first;
            first.setRegistry(&registry);
            RegistryModel second;
            second.setRegistry(&registry);
            QVERIFY(registry.areStatisticsEnabled());
            second.setRegistry(&other);
            QVERIFY(registry.areStatisticsEnabled());
            first.setRegistry(nullptr);
            QVERIFY(!registry.areStatisticsEnabled());
            QVERIFY(other.areStatisticsEnabled());
        }
        QVERIFY(!other.areStatisticsEnabled());
    }

    void modelIsNoListenerOfFailures()
    {
        Watched watched;
        watched.registry.registerHandler([](const int &) { throw std::runtime_error("unheard"); });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("threw: unheard$")));
        watched.registry.post(1);
        QTRY_COMPARE(watched.at(0, RegistryModel::LastErrorRole).toString(), QStringLiteral("unheard"));
    }

    void dataCanBeWritten()
    {
        Watched watched;
        watched.add("a");
        watched.add("b");
        QTRY_COMPARE(watched.model.count(), 2);
        QVERIFY(watched.model.setData(watched.model.index(0), false, RegistryModel::EnabledRole));
        QTRY_COMPARE(watched.at(0, RegistryModel::EnabledRole).toBool(), false);
        QVERIFY(watched.model.setData(watched.model.index(1), 5, RegistryModel::PriorityRole));
        QTRY_COMPARE(watched.names(), QStringList({QStringLiteral("b"), QStringLiteral("a")}));
        QVERIFY(!watched.model.setData(watched.model.index(0), QStringLiteral("high"), RegistryModel::PriorityRole));
        QVERIFY(!watched.model.setData(watched.model.index(0), QStringLiteral("c"), RegistryModel::NameRole));
        QVERIFY(!watched.model.setData(watched.model.index(7), true, RegistryModel::EnabledRole));
    }

    void registryMayDieBeforeTheModel()
    {
        RegistryModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy registries(&model, &RegistryModel::registryChanged);
        {
            AsyncRegistry<int> registry;
            registry.registerHandler([](const int &) {});
            model.setRegistry(&registry);
            QCOMPARE(model.count(), 1);
            registry.post(1);
        }
        QCOMPARE(model.count(), 0);
        QVERIFY(!model.registry());
        QCOMPARE(registries.count(), 2);
        QCoreApplication::processEvents();
    }

    void registryMayBeExchangedWhileItIsTold()
    {
        Watched watched;
        AsyncRegistry<int> other;
        for (int i = 0; i < 3; ++i)
            other.registerHandler([](const int &) {}, {.name = QStringLiteral("other")});
        watched.add("a");
        QTRY_COMPARE(watched.model.count(), 1);
        connect(&watched.model, &QAbstractItemModel::dataChanged, this, [&] { watched.model.setRegistry(&other); });
        watched.registry.setEnabled(watched.registry.handlers().front().id, false);
        QTRY_COMPARE(watched.names(), QStringList(3, QStringLiteral("other")));
    }
};

QTEST_GUILESS_MAIN(RegistryModelTest)
#include "tst_registrymodel.moc"
