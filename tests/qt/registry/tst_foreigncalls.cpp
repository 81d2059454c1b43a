// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/OsSignals>
#include <SignalBox/RegistrySpy>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qcoreevent.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qprocess.h>
#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

// Programs that call the library from where Qt, or the library, calls them. On a lock of ours they would hang.

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::DispatchReport;

namespace {

// A thread object that calls functions where Qt tells it something.
class CallingThread : public QThread
{
public:
    CallingThread() = default;
    ~CallingThread() override
    {
        if (const auto call = onDestruction) // which may set another one
            call();
    }

    std::function<void()> onConnect;
    std::function<void()> onDisconnect;
    std::function<void()> onDestruction;

protected:
    void connectNotify(const QMetaMethod &) override
    {
        if (const auto call = onConnect) // which may set another one
            call();
    }
    void disconnectNotify(const QMetaMethod &) override
    {
        if (const auto call = onDisconnect) // which may set another one
            call();
    }
};

// The same of a context, a sender and a receiver.
class CallingObject : public QObject
{
    Q_OBJECT

public:
    std::function<void()> onConnect;
    std::function<void()> onDisconnect;
    std::function<void()> onChild;

Q_SIGNALS:
    void happened(int number);

protected:
    void connectNotify(const QMetaMethod &) override
    {
        if (const auto call = onConnect) // which may set another one
            call();
    }
    void disconnectNotify(const QMetaMethod &) override
    {
        if (const auto call = onDisconnect) // which may set another one
            call();
    }
    void childEvent(QChildEvent *) override
    {
        if (const auto call = onChild) // which may set another one
            call();
    }
};

// Calls a function for each event of the application's thread, whatever it is.
class Filter : public QObject
{
public:
    explicit Filter(std::function<void(QObject *, QEvent *)> call) : m_call(std::move(call))
    {
        QCoreApplication::instance()->installEventFilter(this);
    }

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        m_call(watched, event);
        return false;
    }

private:
    const std::function<void(QObject *, QEvent *)> m_call;
};

// A value whose copies call a function.
struct Copied
{
    Copied() = default;
    Copied(const Copied &)
    {
        if (const auto call = std::exchange(onCopy, {}))
            call();
    }
    Copied(Copied &&) = default;
    Copied &operator=(const Copied &) = default;
    Copied &operator=(Copied &&) = default;

    static inline std::function<void()> onCopy;
};

class Application : public QCoreApplication
{
public:
    using QCoreApplication::QCoreApplication;
    std::function<void()> onConnect;

protected:
    void connectNotify(const QMetaMethod &) override
    {
        if (const auto call = onConnect) // which may set another one
            call();
    }
};

Application *application()
{
    return static_cast<Application *>(QCoreApplication::instance());
}

QStringList &logged()
{
    static QStringList lines;
    return lines;
}

void end(QThread &thread)
{
    thread.quit();
    thread.wait();
}

} // namespace

class ForeignCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // --- connectNotify() and disconnectNotify() of a thread ----------------------------------------------------------

    void threadMayRegisterHandlersInItsConnectNotify_data()
    {
        QTest::addColumn<bool>("isRunning");
        QTest::newRow("not started") << false;
        QTest::newRow("running") << true;
    }
    void threadMayRegisterHandlersInItsConnectNotify()
    {
        QFETCH(bool, isRunning);
        AsyncRegistry<int> registry;
        std::atomic<int> inner = 0;
        std::atomic<int> outer = 0;
        int registered = 0;
        CallingThread thread;
        thread.onConnect = [&] {
            ++registered;
            registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) { ++inner; });
            registry.post(0);
        };
        if (isRunning)
            thread.start();
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) { ++outer; });
        QVERIFY(registered > 0);
        thread.onConnect = {};
        if (!isRunning)
            thread.start();
        inner = 0;
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), registered + 1, 0, 0);
        QCOMPARE(outer.load(), 1);
        end(thread);
    }

    void threadMayEndWhileItIsConnectedTo()
    {
        for (int round = 0; round < scaled(200); ++round) {
            AsyncRegistry<int> registry;
            CallingThread thread;
            QFuture<DispatchReport> inner;
            bool isFirst = true;
            thread.onConnect = [&] {
                if (!std::exchange(isFirst, false))
                    return;
                registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
                inner = registry.notify(1);
                end(thread);
            };
            thread.start();
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            QVERIFY(inner.isFinished());
            COMPARE_REPORT(inner.result(), 0, 0, 1);
            const auto late = registry.notify(2);
            QVERIFY(late.isFinished());
            COMPARE_REPORT(late.result(), 0, 0, 2);
            thread.start();
            const auto again = registry.notify(3);
            QVERIFY(finishes(again));
            COMPARE_REPORT(again.result(), 2, 0, 0);
            end(thread);
        }
    }

    void connectNotifyThatThrowsLeavesNothing()
    {
        AsyncRegistry<int> registry;
        CallingThread thread;
        thread.start();
        QFuture<DispatchReport> inner;
        thread.onConnect = [&] {
            thread.onConnect = {};
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            inner = registry.notify(1);
            throw std::bad_alloc();
        };
        QVERIFY_EXCEPTION_THROWN(registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {}), std::bad_alloc);
        QVERIFY(inner.isFinished());
        registry.clear();
        registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
        const auto future = registry.notify(2);
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        end(thread);
    }

    void severalThreadsMayMakeAMailboxAtOnce()
    {
        for (int round = 0; round < scaled(200); ++round) {
            AsyncRegistry<int> registry;
            QThread thread;
            thread.start();
            std::atomic<int> calls = 0;
            std::vector<std::thread> registering;
            for (int i = 0; i < 4; ++i) {
                registering.emplace_back([&] {
                    registry.registerHandler(SignalBox::onThread(&thread), [&](const int &) { ++calls; });
                    registry.post(1);
                });
            }
            for (std::thread &one : registering)
                one.join();
            const auto future = registry.notify(2);
            QVERIFY(finishes(future));
            COMPARE_REPORT(future.result(), 4, 0, 0);
            end(thread);
        }
    }

    // The registry looks for the thread's mailbox to tell handlersChanged() there.
    void threadMayUseARegistryOfItsOwnInItsConnectNotify()
    {
        CallingThread thread;
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("own"));
        registry.moveToThread(&thread);
        std::atomic<int> changes = 0;
        connect(&registry, &AsyncRegistry<int>::handlersChanged, [&] { ++changes; });
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        QString name;
        thread.onConnect = [&] {
            name = registry.name();
            registry.registerHandler([](const int &) { throw 1; });
            registry.post(1); // a failure, which is told
            registry.clear();
        };
        registry.registerHandler([](const int &) {});
        QCOMPARE(name, QStringLiteral("own"));
        thread.onConnect = {};
        thread.start();
        QVERIFY(waitFor([&] { return changes > 0; }));
        end(thread);
    }

    // The thread that an object has left looks where it has gone to.
    void threadMayRegisterHandlersOfAnObjectThatComesToIt()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> calls = 0;
        WorkerThread left;
        CallingThread target;
        QObject *const context = left.context();
        std::atomic<int> registered = 0;
        registry.registerHandler(context, [&](const int &) { ++calls; });
        left.drain();
        target.onConnect = [&] {
            ++registered;
            registry.registerHandler(context, [&](const int &) { ++calls; });
        };
        left.run([&] { context->moveToThread(&target); });
        left.forgetContext();
        left.drain(); // it has looked
        QVERIFY(registered > 0);
        target.onConnect = {};
        registry.post(1);
        target.start();
        QVERIFY(waitFor([&] { return calls == registered + 1; }));
        context->deleteLater(); // on the target
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
        end(target);
    }

    // --- of a context and a sender -----------------------------------------------------------------------------------

    void objectMayRegisterHandlersWhereQtTellsItSomething()
    {
        AsyncRegistry<int> registry;
        int calls = 0;
        auto object = std::make_unique<CallingObject>();
        int depth = 0;
        const auto call = [&] {
            if (depth != 0)
                return;
            ++depth;
            registry.registerHandler(object.get(), [&](const int &) { ++calls; }, {.once = true});
            registry.post(1);
            static_cast<void>(registry.handlers());
            --depth;
        };
        object->onConnect = call;
        object->onDisconnect = call;
        object->onChild = call;
        registry.registerHandler(object.get(), [&](const int &) { ++calls; });
        QVERIFY(calls > 0);
        auto source = registry.addSource(object.get(), &CallingObject::happened);
        const int before = calls;
        Q_EMIT object->happened(1);
        QVERIFY(calls > before);
        source.disconnect();
        {
            AsyncRegistry<int> other;
            other.addSource(object.get(), &CallingObject::happened);
        } // disconnects
        object->onConnect = object->onDisconnect = object->onChild = {};
        object.reset();
        QVERIFY(registry.isEmpty());
    }

    void contextMayDieInItsOwnConnectNotify()
    {
        AsyncRegistry<int> registry;
        auto *object = new CallingObject;
        object->onChild = [&] { object->deleteLater(); };
        registry.registerHandler(object, [](const int &) {});
        QVERIFY(waitFor([&] { return registry.isEmpty(); }));
    }

    // --- event filters of the application ----------------------------------------------------------------------------

    // One that records all events, and one that registers handlers: it sees how our own objects are moved to threads.
    void eventFilterMayCallTheLibraryForEachEvent()
    {
        AsyncRegistry<int> log;
        int seen = 0;
        log.registerHandler([&](const int &) { ++seen; });
        AsyncRegistry<int> registry;
        CallingThread thread;
        thread.start();
        QObject context;
        int moves = 0;
        std::vector<QFuture<std::optional<int>>> futures;
        const Filter filter([&](QObject *, QEvent *event) {
            log.post(int(event->type()));
            if (event->type() != QEvent::ThreadChange || ++moves > 8)
                return;
            registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
            registry.registerHandler(&context, [](const int &) {});
            futures.push_back(registry.next(&context));
            if (SignalBox::OsSignals::isSupported())
                SignalBox::OsSignals::instance()->registerHandler(SIGUSR1, &context, [](int) {});
        });
        registry.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
        QVERIFY(moves > 0);
        const auto future = registry.notify(1);
        QVERIFY(finishes(future));
        QCOMPARE(int(future.result().called), registry.handlerCount() + int(futures.size()));
        for (const auto &next : futures)
            QVERIFY(finishes(next));
        QVERIFY(seen > 0);
        end(thread);
    }

    void applicationMayUseOsSignalsInItsConnectNotify()
    {
        if (!SignalBox::OsSignals::isSupported())
            QSKIP("no POSIX signals");
        QObject context;
        int registered = 0;
        int depth = 0;
        application()->onConnect = [&] {
            if (depth != 0)
                return;
            ++depth;
            registered += SignalBox::OsSignals::instance()->registerHandler(SIGUSR2, &context, [](int) {}).isValid();
            --depth;
        };
        QVERIFY(SignalBox::OsSignals::instance()->registerHandler(SIGUSR2, &context, [](int) {}).isValid());
        connect(application(), &QCoreApplication::aboutToQuit, &context, [] {});
        application()->onConnect = {};
        QVERIFY(registered > 0);
    }

    // --- the end of a thread -----------------------------------------------------------------------------------------

    // Its slots may come before ours, which learns of the end from the same signal: then it is no QThread any more.
    void eventsMayBePostedAsAThreadIsDestroyed_data()
    {
        QTest::addColumn<bool>("hasRun");
        QTest::newRow("has run") << true;
        QTest::newRow("never ran") << false;
    }
    void eventsMayBePostedAsAThreadIsDestroyed()
    {
        QFETCH(bool, hasRun);
        AsyncRegistry<int> registry;
        auto thread = std::make_unique<CallingThread>();
        std::vector<QFuture<DispatchReport>> futures;
        const auto post = [&] {
            registry.post(1);
            futures.push_back(registry.notify(2));
            std::thread([&] { registry.post(3); }).join();
        };
        connect(thread.get(), &QObject::destroyed, thread.get(), post);
        thread->onDestruction = post;
        registry.registerHandler(SignalBox::onThread(thread.get()), [](const int &) {});
        registry.registerHandler(SignalBox::onThread(thread.get()), [](const int &) {}, {.backlog = Backlog::newest()});
        connect(thread.get(), &QObject::destroyed, thread.get(), post);
        if (hasRun) {
            thread->start();
            end(*thread);
        }
        post();
        thread.reset();
        post();
        QCOMPARE(futures.size(), std::size_t(5));
        for (const auto &future : futures) {
            QVERIFY(future.isFinished());
            const DispatchReport report = future.result();
            QCOMPARE(report.called + report.failed, 0U);
            QVERIFY(report.dropped == 2 || report.dropped == 0); // before and after the handlers have ended with the thread
        }
        QVERIFY(registry.isEmpty());
    }

    void handlersMayBeRegisteredInTheDestructorOfAThread()
    {
        AsyncRegistry<int> registry;
        auto thread = std::make_unique<CallingThread>();
        thread->start();
        end(*thread);
        QFuture<DispatchReport> future;
        thread->onDestruction = [&registry, &future, dying = thread.get()] {
            registry.registerHandler(SignalBox::onThread(dying), [](const int &) {});
            future = registry.notify(1);
        };
        thread.reset();
        QVERIFY(future.isFinished());
        COMPARE_REPORT(future.result(), 0, 0, 1);
    }

    // While others post. What is known of the thread must not need the object after its destructor has begun.
    void threadsMayBeDestroyedWhileOthersPost()
    {
        AsyncRegistry<int> registry;
        std::atomic<bool> isOver = false;
        std::vector<std::thread> producers;
        for (int i = 0; i < 3; ++i) {
            producers.emplace_back([&] {
                while (!isOver)
                    registry.post(1);
            });
        }
        for (int round = 0; round < stressed(scaled(200)); ++round) {
            auto thread = std::make_unique<QThread>();
            std::atomic<int> calls = 0;
            const auto id = registry.registerHandler(SignalBox::onThread(thread.get()), [&](const int &) { ++calls; });
            thread->start();
            QVERIFY(waitFor([&] { return calls > 0; }));
            end(*thread);
            if (round % 2 == 0) {
                const int before = calls;
                thread->start();
                QVERIFY(waitFor([&] { return calls > before; }));
                end(*thread);
            }
            thread.reset();
            registry.unregisterAndWait(id);
        }
        isOver = true;
        for (std::thread &producer : producers)
            producer.join();
        QVERIFY(registry.isEmpty());
    }

    // As the thread of the QThread object starts it again: while others drop what they have queued there.
    void noEventIsLostThatIsPostedAfterAStartWhileOthersPost()
    {
        AsyncRegistry<int> registry;
        AsyncRegistry<int> other;
        std::atomic<int> last = 0;
        QThread thread;
        registry.registerHandler(SignalBox::onThread(&thread), [&](const int &event) { last = event; });
        other.registerHandler(SignalBox::onThread(&thread), [](const int &) {});
        thread.start();
        end(thread);
        std::atomic<bool> isOver = false;
        std::thread producer([&] {
            while (!isOver)
                other.post(1);
        });
        for (int run = 1; run <= scaled(200); ++run) {
            thread.start();
            registry.post(run);
            QVERIFY(waitFor([&] { return last == run; }));
            end(thread);
        }
        isOver = true;
        producer.join();
        QCOMPARE(registry.handlers().front().dropped, quint64(0));
    }

    // --- message handlers --------------------------------------------------------------------------------------------

    void messageHandlerMayMakeARegistryForTheFirstMessage_data()
    {
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("value");
        QTest::newRow("stalls") << QStringLiteral("SIGNALBOX_STALLS") << QStringLiteral("never");
        QTest::newRow("trace") << QStringLiteral("SIGNALBOX_TRACE") << QStringLiteral("/nowhere/trace.json");
    }
    void messageHandlerMayMakeARegistryForTheFirstMessage()
    {
        QFETCH(QString, variable);
        QFETCH(QString, value);
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(variable, value);
        process.setProcessEnvironment(environment);
        process.start(QCoreApplication::applicationFilePath(), {QStringLiteral("--first-registry")});
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), EXIT_SUCCESS);
    }

    // --- copies ------------------------------------------------------------------------------------------------------

    void copyOfAnEventMayPostToItsSpy()
    {
        AsyncRegistry<Copied> registry;
        SignalBox::RegistrySpy spy(registry);
        Copied::onCopy = [&] { registry.post(Copied()); };
        registry.post(Copied());
        QCOMPARE(spy.count(), 2);
        QCOMPARE(spy.takeAll().size(), 2);
        QCOMPARE(spy.count(), 0);
    }
};

// In a process of its own: what the first registry warns of, because of its environment, is logged by something that makes another one.
static int makeFirstRegistry()
{
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &message) {
        logged().append(message);
        const AsyncRegistry<QString> log;
        log.post(message);
    });
    {
        const AsyncRegistry<int> first;
    }
    return logged().size() == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc == 2 && QLatin1String(argv[1]) == QLatin1String("--first-registry"))
        return makeFirstRegistry();
    Application app(argc, argv);
    ForeignCalls test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_foreigncalls.moc"
