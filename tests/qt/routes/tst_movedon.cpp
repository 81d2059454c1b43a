// SPDX-License-Identifier: MIT
#include "movingcontext.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <memory>
#include <semaphore>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;

// A thread ends that a context was to arrive at, and the context has moved on meanwhile: what was posted after that belongs
// to the thread where it is going.
class MovedOn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void openingThatEndsWithItsThreadDropsNothing()
    {
        WorkerThread a;
        WorkerThread b;
        QThread *const c = QThread::currentThread();
        auto *const object = new QObject;
        object->moveToThread(a.thread());
        AsyncRegistry<int> registry;
        Record record;
        std::binary_semaphore hasArrived(0);
        std::binary_semaphore isOpeningSent(0);
        QFuture<DispatchReport> future;
        a.run([&] {
            registry.registerHandler(object, [&](const int &event) {
                record.add(event);
                if (event != 0)
                    return;
                object->moveToThread(b.thread());
                b.post([&] {
                    // Behind the arrival. The handler is still running, so it does not open here yet.
                    hasArrived.release();
                    isOpeningSent.acquire();
                    future = registry.notify(1);
                    object->moveToThread(c);
                    delete b.context();
                    b.forgetContext();
                    QThread::currentThread()->quit(); // before it looks at what waits
                });
                hasArrived.acquire();
            });
        });
        registry.post(0);
        a.drain();
        isOpeningSent.release(); // to b, when the handler had returned
        b.finish();
        QVERIFY(finishes(future));
        COMPARE_REPORT(future.result(), 1, 0, 0);
        QCOMPARE(record.events(), upTo(2));
        QCOMPARE(record.threads(), (std::vector<QThread *>{a.thread(), c}));
        delete object;
    }

    void eventsToAnObjectOnAnEndedThreadAreDroppedForThatThreadOnly()
    {
        auto ended = std::make_unique<WorkerThread>();
        ended->run([&] {
            delete ended->context();
            ended->forgetContext();
        });
        ended->finish();
        QObject object;
        AsyncRegistry<int> first;
        AsyncRegistry<int> second;
        int calls = 0;
        first.registerHandler(&object, [&](const int &) { ++calls; });
        second.registerHandler(&object, [&](const int &) { ++calls; });
        object.moveToThread(ended->thread());
        const QFuture<DispatchReport> stranded = first.notify(1);
        QFuture<DispatchReport> kept;
        // Called where the first handler's event is dropped.
        const QFuture<void> pulled = QFuture<DispatchReport>(stranded).then([&](const DispatchReport &) {
            ended.reset(); // an object without a thread may be moved by any
            object.moveToThread(QThread::currentThread());
            kept = second.notify(2);
        });
        QVERIFY(finishes(pulled));
        COMPARE_REPORT(stranded.result(), 0, 0, 1);
        QVERIFY(finishes(kept));
        COMPARE_REPORT(kept.result(), 1, 0, 0);
        QCOMPARE(calls, 1);
    }
};

QTEST_GUILESS_MAIN(MovedOn)
#include "tst_movedon.moc"
