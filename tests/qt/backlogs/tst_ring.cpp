// SPDX-License-Identifier: MIT
#include "finishedfuture.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::Delivery;

// Handlers that notify the registry they are called from.
class Ring : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eventGoesRoundTwoThreads()
    {
        const int rounds = scaled(20000);
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> registry;
        std::atomic<int> last = 0;
        std::atomic<int> faults = 0;
        const auto add = [&](WorkerThread &worker, int parity, Backlog backlog) {
            registry.registerHandler(worker.context(), [&, parity](const int &event) {
                if (event % 2 != parity)
                    return;
                if (last.exchange(event) != event - 1)
                    ++faults;
                if (event < rounds)
                    registry.post(event + 1);
            }, {.delivery = Delivery::Queued, .backlog = backlog});
        };
        add(a, 1, Backlog::all());
        add(b, 0, Backlog::newest(4));
        registry.post(1);
        QVERIFY(waitFor([&] { return last == rounds; }));
        QCOMPARE(faults.load(), 0);
    }

    // Each of them waits for nobody: the futures finish though both threads are busy with each other.
    void notifiesGoRoundTwoThreads()
    {
        const int rounds = scaled(2000);
        WorkerThread a;
        WorkerThread b;
        AsyncRegistry<int> toA;
        AsyncRegistry<int> toB;
        std::atomic<int> last = 0;
        toA.registerHandler(a.context(), [&](const int &event) {
            last = event;
            if (event < rounds)
                toB.notify(event + 1);
        });
        toB.registerHandler(b.context(), [&](const int &event) {
            last = event;
            return event < rounds ? QFuture<void>(toA.notify(event + 1)) : finishedFuture();
        });
        QVERIFY(finishes(toA.notify(1)));
        QVERIFY(waitFor([&] { return last == rounds; }));
        a.drain();
        b.drain();
    }

    void handlerMayNotifyItsOwnRegistryInline()
    {
        AsyncRegistry<int> registry;
        int deepest = 0;
        registry.registerHandler(this, [&](const int &event) {
            deepest = std::max(deepest, event);
            if (event < 100) {
                const auto future = registry.notify(event + 1);
                QVERIFY(future.isFinished());
            }
        });
        registry.post(1);
        QCOMPARE(deepest, 100);
    }
};

QTEST_GUILESS_MAIN(Ring)
#include "tst_ring.moc"
