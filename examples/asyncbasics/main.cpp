// SPDX-License-Identifier: MIT
//
// The calls of AsyncRegistry, one after the other: pages are downloaded on the main thread, and an index on a worker
// thread wants to hear of them.
//
// What makes it work: a handler runs on the thread of its context, and is gone with it; what one thread notifies
// arrives there in its order; each future finishes, also when a handler, its context or its thread is no more.

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qfuture.h>
#include <QtCore/qthread.h>

#include <iostream>
#include <optional>
#include <string>

using SignalBox::AsyncRegistry;
using SignalBox::DispatchReport;

namespace {

struct Page
{
    std::string address;
};

const char *currentThread()
{
    return QThread::currentThread() == QCoreApplication::instance()->thread() ? "main thread" : "worker thread";
}

// An object may only be destroyed on the thread that it lives on.
void destroyOnItsThread(QObject *object)
{
    QMetaObject::invokeMethod(
            object, [object] { delete object; }, Qt::BlockingQueuedConnection);
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    QThread worker;
    worker.start();
    auto *const index = new QObject;
    index->moveToThread(&worker);

    AsyncRegistry<Page> pages;
    pages.registerHandler(
            index,
            [](const Page &page) { std::cout << "index: " << page.address << " on the " << currentThread() << '\n'; },
            {.name = QStringLiteral("index")});

    // post() returns at once. notify() says when all handlers have run; what was posted before has arrived by then,
    // too.
    pages.post({"a.html"});
    pages.post({"b.html"});
    const DispatchReport report = pages.notify({"c.html"}).result();
    std::cout << "notify: " << report.called << " called on the worker thread, waited for on the " << currentThread()
              << '\n';

    // The next event as a future. Waiting would block an event loop; there, use .then() as below, or co_await.
    QFuture<std::optional<Page>> next = pages.next(index);
    pages.notify({"d.html"}).waitForFinished();
    std::cout << "next: " << next.result()->address << '\n';

    // A guard's handler ends with the guard, which waits if the worker is inside of it: `count` may go then.
    {
        int count = 0;
        const auto guard = pages.registerGuard(index, [&count](const Page &) { ++count; });
        pages.notify({"e.html"}).waitForFinished();
        std::cout << "guard: called " << count << " time, ";
    }
    std::cout << pages.handlerCount() << " handler after its end\n";

    // The context goes, and with it its handlers. A future that needs it is empty and finished, not forgotten.
    next = pages.next(index);
    destroyOnItsThread(index);
    std::cout << "context: " << pages.handlerCount() << " handlers after its end, next has "
              << (next.result() ? "a" : "no") << " page\n";

    // From an event loop: go on when the handlers have run, on the thread of a context.
    pages.registerHandler(SignalBox::onThread(&worker), [](const Page &page) {
        std::cout << "log: " << page.address << " on the " << currentThread() << '\n';
    });
    pages.notify({"f.html"}).then(&application, [](const DispatchReport &last) {
        std::cout << "then: " << last.called << " called, continued on the " << currentThread() << '\n';
        // Queued: if the handlers have run already, this is called by then(), before exec(), which a direct quit() would
        // not reach.
        QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit, Qt::QueuedConnection);
    });
    const int result = QCoreApplication::exec();
    worker.quit();
    worker.wait();
    return result;
}
