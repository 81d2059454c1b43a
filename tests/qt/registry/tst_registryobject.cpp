// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <thread>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerId;
using SignalBox::RegistryObject;

class RegistryObjectTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nameChangedIsEmittedOnChangeOnly()
    {
        AsyncRegistry<int> registry;
        QSignalSpy spy(&registry, &RegistryObject::nameChanged);
        registry.setProperty("name", QStringLiteral("jobs"));
        registry.setName(QStringLiteral("jobs"));
        QCOMPARE(registry.name(), QStringLiteral("jobs"));
        QCOMPARE(spy.count(), 1);
    }

    void handlerCountIsAProperty()
    {
        AsyncRegistry<int> registry;
        QCOMPARE(registry.property("handlerCount").toInt(), 0);
        registry.registerHandler([](const int &) {});
        QCOMPARE(registry.property("handlerCount").toInt(), 1);
    }

    void handlersChangedIsEmittedOnceForABurstOfChanges()
    {
        AsyncRegistry<int> registry;
        QSignalSpy spy(&registry, &RegistryObject::handlersChanged);
        for (int i = 0; i < 10; ++i)
            registry.registerHandler([](const int &) {});
        QCOMPARE(spy.count(), 0);
        runQueuedCalls();
        QCOMPARE(spy.count(), 1);
        registry.clear();
        runQueuedCalls();
        QCOMPARE(spy.count(), 2);
    }

    void handlersChangedTellsOfEveryWayToChange()
    {
        AsyncRegistry<int> registry;
        QSignalSpy spy(&registry, &RegistryObject::handlersChanged);
        int expected = 0;
        // Once, and not once more with all that was queued meanwhile.
        const auto isTold = [&] {
            runQueuedCalls();
            return spy.count() == expected;
        };

        auto context = std::make_unique<QObject>();
        auto guard = registry.registerGuard(context.get(), [](const int &) {});
        ++expected;
        QVERIFY(isTold());
        registry.setEnabled(guard.id(), false);
        ++expected;
        QVERIFY(isTold());
        registry.setPriority(guard.id(), 5);
        ++expected;
        QVERIFY(isTold());
        guard.reset();
        ++expected;
        QVERIFY(isTold());

        registry.registerHandler(context.get(), [](const int &) {});
        ++expected;
        QVERIFY(isTold());
        context.reset();
        ++expected;
        QVERIFY(isTold());

        registry.registerHandler([](const int &) {}, {.once = true});
        ++expected;
        QVERIFY(isTold());
        registry.post(1);
        ++expected;
        QVERIFY(isTold());
    }

    void handlersChangedIsEmittedOnTheThreadOfTheRegistry()
    {
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        connect(&registry, &RegistryObject::handlersChanged, &registry, [&] { seen = QThread::currentThread(); },
                Qt::DirectConnection);
        std::thread([&] { registry.registerHandler([](const int &) {}); }).join();
        QTRY_COMPARE(seen, QThread::currentThread());
    }

    void signalsFollowTheRegistryToItsThread()
    {
        WorkerThread worker;
        auto *registry = new AsyncRegistry<int>;
        std::atomic<QThread *> seen = nullptr;
        connect(registry, &RegistryObject::handlersChanged, registry, [&] { seen = QThread::currentThread(); },
                Qt::DirectConnection);
        registry->registerHandler([](const int &) {});
        registry->moveToThread(worker.thread()); // with its pending signal
        QTRY_COMPARE(seen.load(), worker.thread()); // forwarded by the thread that was left
        QCOMPARE(seen.load(), worker.thread());
        worker.run([&] { delete registry; });
    }

    void idIsPrintableAsAVariant()
    {
        AsyncRegistry<int> registry;
        const HandlerId id = registry.registerHandler([](const int &) {});
        QCOMPARE(QVariant::fromValue(id).toString(), QString::fromStdString(id.toString()));
        QVERIFY(QVariant::fromValue(id) == QVariant::fromValue(id));
        QVERIFY(QVariant::fromValue(id) != QVariant::fromValue(HandlerId()));
    }
};

QTEST_GUILESS_MAIN(RegistryObjectTest)
#include "tst_registryobject.moc"
