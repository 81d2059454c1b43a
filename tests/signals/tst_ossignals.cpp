// SPDX-License-Identifier: MIT
#include "../qt/waitfor.h"
#include "../qt/workerthread.h"

#include <SignalBox/AsyncWatch>
#include <SignalBox/OsSignals>

#include <QtCore/qprocess.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::OsSignals;
using SignalBox::WatchReceiver;

namespace {

void someHandler(int) { }
void otherHandler(int) { }

auto handlerOf(int number)
{
    struct sigaction current = {};
    sigaction(number, nullptr, &current);
    return current.sa_handler;
}

void setHandler(int number, void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(number, &action, nullptr);
}

} // namespace

class OsSignalsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { setHandler(SIGUSR1, someHandler); }
    void cleanup()
    {
        QTRY_VERIFY(handlerOf(SIGUSR1) == &someHandler); // the library's own thread may be the last to let go of a future's watch
        setHandler(SIGUSR1, SIG_DFL);
    }

    void oneArrivalReachesEveryKindOfListenerOnce()
    {
        QSignalSpy received(OsSignals::instance(), &OsSignals::received);
        int calls = 0;
        const HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [&] { ++calls; });
        const HandlerGuard other = m_signals->registerGuard(SIGUSR2, this, [&] { calls += 100; });
        WatchReceiver<> receiver = m_signals->watch(SIGUSR1);
        const auto future = m_signals->next(SIGUSR1);
        QVERIFY(!receiver.hasChanged());
        raise(SIGUSR1);
        raise(SIGUSR1);
        QCOMPARE(calls, 0);
        QTRY_VERIFY(calls > 0);
        runQueuedCalls();
        QCOMPARE(calls, 1);
        QVERIFY(receiver.hasChanged());
        QCOMPARE(receiver.version(), 1U);
        QVERIFY(future.isFinished());
        QCOMPARE(future.result(), std::optional(SIGUSR1));
        QCOMPARE(received.size(), 1);
        QCOMPARE(received.first().first().toInt(), SIGUSR1);
        raise(SIGUSR1);
        QTRY_COMPARE(calls, 2);
    }

    void handlersRunInPriorityOrderAndGetTheNumber()
    {
        QList<int> calls;
        const auto low = m_signals->registerGuard(SIGUSR1, this, [&](int number) { calls += number; });
        const auto high = m_signals->registerGuard(SIGUSR1, this, [&](int number) { calls += -number; }, {.priority = 1});
        raise(SIGUSR1);
        QTRY_COMPARE(calls, (QList<int>{-SIGUSR1, SIGUSR1}));
    }

    void handlerRunsOnTheThreadOfItsContext()
    {
        WorkerThread worker;
        std::atomic<QThread *> thread = nullptr;
        const auto guard =
            m_signals->registerGuard(SIGUSR1, worker.context(), [&] { thread = QThread::currentThread(); });
        raise(SIGUSR1);
        QTRY_COMPARE(thread.load(), worker.thread());
    }

    void everythingMayBeAskedForOnAnotherThread()
    {
        std::optional<QFuture<std::optional<int>>> future;
        WatchReceiver<> receiver;
        HandlerGuard guard;
        int calls = 0;
        std::thread([&] {
            future = m_signals->next(SIGUSR1);
            receiver = m_signals->watch(SIGUSR1);
            guard = m_signals->registerGuard(SIGUSR1, this, [&] { ++calls; });
        }).join();
        std::thread waiter([copy = receiver]() mutable { copy.waitForChange(); });
        raise(SIGUSR1);
        QTRY_COMPARE(calls, 1);
        waiter.join();
        QCOMPARE(future->result(), std::optional(SIGUSR1));
        QVERIFY(receiver.hasChanged());
    }

    void dispositionIsRestoredWhenTheLastListenerGoes()
    {
        auto context = std::make_unique<QObject>();
        HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [] {});
        WatchReceiver<> receiver = m_signals->watch(SIGUSR1);
        std::optional<WatchReceiver<>> copy = receiver;
        HandlerGuard callback = receiver.onChanged([] {});
        const HandlerId id = m_signals->registerHandler(SIGUSR1, this, [] {});
        m_signals->registerHandler(SIGUSR1, context.get(), [] {});
        QFuture<std::optional<int>> future = m_signals->next(SIGUSR1);
        QVERIFY(id.isValid());

        QVERIFY(handlerOf(SIGUSR1) != &someHandler);
        guard.reset();
        receiver = {};
        callback.reset();
        copy.reset();
        context.reset();
        QVERIFY(m_signals->unregister(id));
        QVERIFY(!m_signals->unregister(id));
        QVERIFY(handlerOf(SIGUSR1) != &someHandler); // the future still listens
        future.cancel();
        QTRY_VERIFY(handlerOf(SIGUSR1) == &someHandler);
    }

    void eachKindOfListenerAloneHoldsTheSignal()
    {
        const auto isHeld = [] { return handlerOf(SIGUSR1) != &someHandler; };
        {
            const HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [] {});
            QVERIFY(isHeld());
        }
        QVERIFY(!isHeld());
        {
            const WatchReceiver<> receiver = m_signals->watch(SIGUSR1);
            QVERIFY(isHeld());
        }
        QVERIFY(!isHeld());
        {
            const HandlerGuard callback = m_signals->watch(SIGUSR1).onChanged([] {});
            QVERIFY(isHeld());
        }
        QVERIFY(!isHeld());
        auto future = m_signals->next(SIGUSR1);
        QVERIFY(isHeld());
        raise(SIGUSR1);
        QTRY_VERIFY(future.isFinished());
        QVERIFY(!isHeld());
        m_signals->registerHandler(SIGUSR1, this, [] {}, {.once = true});
        QVERIFY(isHeld());
        raise(SIGUSR1);
        QTRY_VERIFY(!isHeld());
    }

    void terminationHoldsBothSignalsAndLetsGoOfThem()
    {
        setHandler(SIGINT, otherHandler);
        setHandler(SIGTERM, SIG_IGN);
        QSignalSpy changes(m_signals, &OsSignals::quitOnTerminationChanged);
        QVERIFY(m_signals->quitOnTermination());
        QVERIFY(m_signals->quitOnTermination());
        QVERIFY(m_signals->property("quitOnTermination").toBool());
        QVERIFY(handlerOf(SIGINT) != &otherHandler);
        QVERIFY(handlerOf(SIGTERM) != SIG_IGN);
        m_signals->setQuitOnTermination(false);
        QVERIFY(!m_signals->isQuittingOnTermination());
        QVERIFY(handlerOf(SIGINT) == &otherHandler);
        QVERIFY(handlerOf(SIGTERM) == SIG_IGN);
        QCOMPARE(changes.size(), 2);
        setHandler(SIGINT, SIG_DFL);
        setHandler(SIGTERM, SIG_DFL);
    }

    void flagsAndMaskOfTheEarlierDispositionComeBack()
    {
        struct sigaction before = {};
        before.sa_sigaction = [](int, siginfo_t *, void *) {};
        before.sa_flags = SA_SIGINFO | SA_NODEFER;
        sigaddset(&before.sa_mask, SIGALRM);
        sigaction(SIGUSR2, &before, nullptr);
        m_signals->registerGuard(SIGUSR2, this, [] {}).reset();
        struct sigaction after = {};
        sigaction(SIGUSR2, nullptr, &after);
        QVERIFY(after.sa_sigaction == before.sa_sigaction);
        QVERIFY(after.sa_flags & SA_SIGINFO && after.sa_flags & SA_NODEFER);
        QCOMPARE(sigismember(&after.sa_mask, SIGALRM), 1);
        setHandler(SIGUSR2, SIG_DFL);
    }

    void handlerOfSomebodyElseIsLeftAlone()
    {
        HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [] {});
        setHandler(SIGUSR1, otherHandler);
        guard.reset();
        QVERIFY(handlerOf(SIGUSR1) == &otherHandler);
        setHandler(SIGUSR1, someHandler);
    }

    void systemCallsOfTheApplicationAreNotInterrupted()
    {
        const HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [] {});
        int ends[2];
        QCOMPARE(pipe(ends), 0);
        std::atomic<int> errors = 0;
        std::atomic<int> done = 0;
        std::thread reader([&] {
            char byte = 0;
            errors += read(ends[0], &byte, 1) != 1;
            ++done;
        });
        const pid_t child = fork();
        if (child == 0) {
            char byte = 0;
            close(ends[1]);
            _exit(read(ends[0], &byte, 1) == 1 ? 0 : 1);
        }
        std::thread waiter([&] {
            int status = 0;
            errors += waitpid(child, &status, 0) != child;
            ++done;
        });
        for (int i = 0; i < 2000; ++i) {
            pthread_kill(reader.native_handle(), SIGUSR1);
            pthread_kill(waiter.native_handle(), SIGUSR1);
        }
        QCOMPARE(done.load(), 0); // both are still in their calls
        QCOMPARE(write(ends[1], "ab", 2), 2);
        reader.join();
        waiter.join();
        close(ends[0]);
        close(ends[1]);
        QCOMPARE(errors.load(), 0);
    }

    void childSignalIsDeliveredAndQProcessWorks()
    {
        int calls = 0;
        const HandlerGuard guard = m_signals->registerGuard(SIGCHLD, this, [&] { ++calls; });
        QProcess process;
        process.start(QStringLiteral("true"), {});
        QVERIFY(process.waitForStarted());
        QTRY_COMPARE(process.state(), QProcess::NotRunning);
        QTRY_VERIFY(calls >= 1);
    }

    void handlerThatThrowsIsLoggedAndStopsNobody()
    {
        int calls = 0;
        const auto bad = m_signals->registerGuard(SIGUSR1, this, [] { throw std::runtime_error("disk full"); }, {.priority = 1});
        const auto good = m_signals->registerGuard(SIGUSR1, this, [&] { ++calls; });
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("disk full")));
        raise(SIGUSR1);
        QTRY_COMPARE(calls, 1);
    }

    void listenersMayComeAndGoWhileSignalsArrive()
    {
        std::atomic<bool> isDone = false;
        const HandlerGuard kept = m_signals->registerGuard(SIGUSR1, this, [] {});
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&] {
                while (!isDone) {
                    const HandlerGuard guard = m_signals->registerGuard(SIGUSR1, this, [] {});
                    const WatchReceiver<> receiver = m_signals->watch(SIGUSR2);
                    raise(SIGUSR2);
                }
            });
        }
        for (int i = 0; i < 3000; ++i) {
            raise(SIGUSR1);
            QCoreApplication::processEvents();
        }
        isDone = true;
        for (std::thread &thread : threads)
            thread.join();
        WatchReceiver<> receiver = m_signals->watch(SIGUSR1);
        raise(SIGUSR1);
        QTRY_VERIFY(receiver.hasChanged());
    }

    void watchOfASignalIsAnAsyncWatchToo()
    {
        SignalBox::AsyncWatch<> watch(m_signals->watch(SIGUSR1));
        int calls = 0;
        watch.onChanged(this, [&] { ++calls; }).release();
        const auto changed = watch.changed(this);
        raise(SIGUSR1);
        QTRY_COMPARE(calls, 1);
        QTRY_VERIFY(changed.isFinished());
        QVERIFY(changed.result());
    }

    void signalThatMustNotBeCaughtIsRefused_data()
    {
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char *name, int number, const char *problem) {
            QTest::newRow(name) << number << QString::fromUtf8(problem);
        };
        row("SIGKILL", SIGKILL, "signal 9 \\(SIGKILL\\) cannot be caught: the system does not allow it");
        row("SIGSTOP", SIGSTOP, "signal \\d+ \\(SIGSTOP\\) cannot be caught: the system does not allow it");
        row("SIGILL", SIGILL, "signal 4 \\(SIGILL\\) must not be caught: the faulty instruction would run again");
        row("SIGFPE", SIGFPE, "signal 8 \\(SIGFPE\\) must not be caught");
        row("SIGSEGV", SIGSEGV, "signal 11 \\(SIGSEGV\\) must not be caught");
        row("SIGBUS", SIGBUS, "signal \\d+ \\(SIGBUS\\) must not be caught");
        row("zero", 0, "there is no signal 0; expected 1 to 64");
        row("negative", -3, "there is no signal -3");
        row("too large", 65, "there is no signal 65");
        row("C library's own", 32, "signal 32 cannot be caught: Invalid argument");
    }
    void signalThatMustNotBeCaughtIsRefused()
    {
        QFETCH(int, number);
        QFETCH(QString, problem);
        const auto expectWarning = [&](const char *function) {
            const QString text = QStringLiteral("^SignalBox::OsSignals::%1\\(\\): %2.*; nothing was installed$")
                                     .arg(QString::fromUtf8(function), problem);
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(text));
        };
        expectWarning("watch");
        QVERIFY(m_signals->watch(number).isClosed());
        expectWarning("registerHandler");
        QVERIFY(!m_signals->registerHandler(number, this, [] {}).isValid());
        expectWarning("registerGuard");
        QVERIFY(!m_signals->registerGuard(number, this, [] {}).isActive());
        expectWarning("next");
        const auto future = m_signals->next(number);
        QVERIFY(future.isFinished());
        QVERIFY(!future.result());
    }

    void nullContextAndNullFunctionAreRefused()
    {
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::OsSignals::registerHandler(): the context object is null; nothing was installed");
        QVERIFY(!m_signals->registerHandler(SIGUSR1, nullptr, [] {}).isValid());
        QTest::ignoreMessage(QtWarningMsg, "SignalBox::OsSignals::registerHandler(): the function is null; nothing was installed");
        QVERIFY(!m_signals->registerHandler(SIGUSR1, this, std::function<void()>()).isValid());
        QVERIFY(!m_signals->unregister({}));
    }

private:
    OsSignals *const m_signals = OsSignals::instance();
};

QTEST_GUILESS_MAIN(OsSignalsTest)
#include "tst_ossignals.moc"
