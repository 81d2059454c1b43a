// SPDX-License-Identifier: MIT
//
// A function may be named where a callable is asked for. GCC warns where it is then compared with null.
#include "waitfor.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/OsSignals>
#include <SignalBox/WatchSender>

#include <QtTest/qtest.h>

#include <csignal>

namespace {

int calls = 0;

void onInt(const int &)
{
    ++calls;
}

void onNothing()
{
    ++calls;
}

void onSignal(int)
{
    ++calls;
}

} // namespace

class FunctionsByName : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { calls = 0; }

    void areHandlersOfAsyncRegistries()
    {
        SignalBox::AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler(onInt);
        registry.registerHandler(&context, onInt);
        const SignalBox::HandlerGuard guard = registry.registerGuard(&context, onInt, {.delivery = SignalBox::Delivery::Queued});
        registry.post(1);
        COMPARE_FINALLY(calls, 3);
    }

    void areCallbacksOfWatches()
    {
        QObject context;
        SignalBox::WatchSender<int> sender;
        SignalBox::AsyncWatch<int> watch(sender.subscribe());
        watch.onChanged(&context, onInt).release();
        const SignalBox::WatchReceiver<int> receiver = sender.subscribe();
        const SignalBox::HandlerGuard changed = receiver.onChanged(onNothing);
        const SignalBox::HandlerGuard closed = receiver.onClosed(onNothing);
        sender.send(1);
        COMPARE_FINALLY(calls, 2);
        { const auto ended = std::move(sender); }
        QCOMPARE(calls, 3);
    }

    void areHandlersOfSignals()
    {
        if (!SignalBox::OsSignals::isSupported())
            QSKIP("This system has no signals.");
        std::signal(SIGINT, SIG_DFL); // one that was ignored at the start stays ignored
        QObject context;
        SignalBox::OsSignals::instance()->registerHandler(SIGINT, &context, onSignal);
        std::raise(SIGINT);
        COMPARE_FINALLY(calls, 1);
    }
};

QTEST_GUILESS_MAIN(FunctionsByName)
#include "tst_functionsbyname.moc"
