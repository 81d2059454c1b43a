// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::HandlerId;

namespace {

class ContextWithReceivers : public QObject
{
public:
    int connections() const { return receivers(SIGNAL(destroyed(QObject*))); }
};

// Does something as soon as somebody connects to it.
class ContextThatNotices : public QObject
{
public:
    std::function<void()> noticed;

protected:
    void connectNotify(const QMetaMethod &) override
    {
        if (const auto function = std::exchange(noticed, nullptr))
            function();
    }
};

} // namespace

class ContextLifetime : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void handlerIsGoneWithItsContext()
    {
        AsyncRegistry<int> registry;
        const auto capture = std::make_shared<int>(0);
        auto context = std::make_unique<QObject>();
        const HandlerId id = registry.registerHandler(context.get(), [capture](const int &) {});
        QVERIFY(registry.contains(id));
        QCOMPARE(capture.use_count(), 2L);
        context.reset();
        QVERIFY(!registry.contains(id));
        QVERIFY(registry.isEmpty());
        QCOMPARE(capture.use_count(), 1L);
        registry.post(1);
    }

    void queuedDeliveryIsDroppedWithItsContext()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        int calls = 0;
        registry.registerHandler(worker.context(), [&](const int &) { ++calls; });
        worker.run([&] {
            std::thread([&] { registry.post(1); }).join(); // waits behind this function
            delete worker.context();
            worker.forgetContext();
        });
        worker.drain();
        QCOMPARE(calls, 0);
    }

    void contextMayDieInItsOwnHandler()
    {
        AsyncRegistry<int> registry;
        auto *context = new QObject;
        int calls = 0;
        registry.registerHandler(context, [&](const int &) {
            ++calls;
            delete context;
        });
        registry.registerHandler([&](const int &) { ++calls; });
        registry.post(1);
        QCOMPARE(calls, 2);
        QCOMPARE(registry.handlerCount(), 1);
    }

    void contextDeletedOnItsThreadWhileProducersPost()
    {
        constexpr int contexts = 300;
        struct Counter : QObject
        {
            explicit Counter(std::atomic<int> &all) : calls(all) {}
            ~Counter() override { isAlive = false; }
            void count()
            {
                if (!isAlive)
                    qFatal("a handler ran after its context had died");
                ++calls;
            }
            std::atomic<int> &calls;
            bool isAlive = true;
        };

        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        std::atomic<bool> stop = false;
        std::vector<std::thread> producers;
        for (int i = 0; i < 2; ++i) {
            producers.emplace_back([&] {
                while (!stop) {
                    registry.post(1);
                    std::this_thread::yield();
                }
            });
        }
        for (int i = 0; i < contexts; ++i) {
            worker.run([&] {
                auto *context = new Counter(calls);
                registry.registerHandler(context, [context](const int &) { context->count(); });
                worker.post([context] { delete context; }); // behind some deliveries and before others
            });
        }
        stop = true;
        for (std::thread &producer : producers)
            producer.join();
        worker.drain();
        worker.drain();
        QVERIFY(registry.isEmpty());
    }

    void contextMayOutliveItsRegistry()
    {
        QObject context;
        {
            AsyncRegistry<int> registry;
            registry.registerHandler(&context, [](const int &) {});
        }
        // ~QObject tells a registry that is gone.
    }

    void deliveryIsDroppedWhenItsRegistryDies()
    {
        WorkerThread worker;
        int calls = 0;
        worker.run([&] {
            std::thread([&] {
                AsyncRegistry<int> registry;
                registry.registerHandler(worker.context(), [&](const int &) { ++calls; });
                registry.post(1);
            }).join();
        });
        worker.drain();
        QCOMPARE(calls, 0);
    }

    void registryMayBeDestroyedByItsOwnHandler()
    {
        auto *registry = new AsyncRegistry<int>;
        const auto capture = std::make_shared<int>(0);
        int later = 0;
        registry->registerHandler([&registry, capture](const int &) {
            delete registry;
            registry = nullptr;
        }, {.priority = 1});
        registry->registerHandler([&](const int &) { ++later; });
        registry->post(1);
        QVERIFY(!registry);
        QCOMPARE(later, 0);
        QCOMPARE(capture.use_count(), 1L);
    }

    void handlersOfAContextShareOneConnection()
    {
        AsyncRegistry<int> registry;
        ContextWithReceivers context;
        for (int i = 0; i < 10; ++i)
            registry.unregister(registry.registerHandler(&context, [](const int &) {}));
        registry.registerHandler(&context, [](const int &) {});
        registry.registerHandler(&context, [](const int &) {});
        QCOMPARE(context.connections(), 1);
    }

    // In a call of the library, which holds no lock there: else this would not return.
    void contextMayRegisterHandlersWhenItIsConnectedTo()
    {
        AsyncRegistry<int> registry;
        QObject other;
        ContextThatNotices context;
        int calls = 0;
        const auto count = [&](const int &) { ++calls; };
        context.noticed = [&] {
            registry.registerHandler(&other, count);
            registry.registerHandler(&context, count);
        };
        registry.registerHandler(&context, count);
        registry.post(1);
        QCOMPARE(calls, 3);
    }

    void nullContextIsRefusedWithAWarning()
    {
        AsyncRegistry<int> registry;
        QObject *const context = nullptr;
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncRegistry::registerHandler(): the context object is null; "
                                           "nothing was registered");
        QVERIFY(!registry.registerHandler(context, [](const int &) {}).isValid());
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncRegistry::registerGuard(): the context object is null; "
                                           "nothing was registered");
        QVERIFY(!registry.registerGuard(context, [](const int &) {}).isActive());
        QVERIFY(registry.isEmpty());
    }

    void nullThreadIsRefusedWithAWarning()
    {
        AsyncRegistry<int> registry;
        QThread *const thread = nullptr;
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::registerHandler(): the thread is null; nothing was registered");
        QVERIFY(!registry.registerHandler(SignalBox::onThread(thread), [](const int &) {}).isValid());
        QVERIFY(registry.isEmpty());
    }

    void nullFunctionIsRefusedWithAWarning()
    {
        AsyncRegistry<int> registry;
        QObject context;
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncRegistry::registerHandler(): the function is null; "
                                           "nothing was registered");
        QVERIFY(!registry.registerHandler(&context, std::function<void(const int &)>()).isValid());
        void (*const pointer)(const int &) = nullptr;
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::AsyncRegistry::registerGuard(): the function is null; "
                                           "nothing was registered");
        QVERIFY(!registry.registerGuard(pointer).isActive());
        QVERIFY(registry.isEmpty());
    }

    void warningsAreInTheCategorySignalbox()
    {
        static QByteArray category;
        const QtMessageHandler before = qInstallMessageHandler(
            [](QtMsgType, const QMessageLogContext &context, const QString &) { category = context.category; });
        AsyncRegistry<int> registry;
        registry.registerHandler(static_cast<QObject *>(nullptr), [](const int &) {});
        qInstallMessageHandler(before);
        QCOMPARE(category, QByteArray("signalbox"));
    }
};

QTEST_GUILESS_MAIN(ContextLifetime)
#include "tst_asynccontext.moc"
