// SPDX-License-Identifier: MIT
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Delivery;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;

namespace {

// Freed memory that is used is found by sanitizers, and by this without them.
class Target
{
public:
    ~Target() { m_mark.store(dead); }
    void use()
    {
        if (m_mark.load() != alive)
            qFatal("a handler ran after what it refers to was freed");
        ++m_uses;
    }

private:
    static constexpr unsigned alive = 0xA11FE;
    static constexpr unsigned dead = 0xDEAD;
    std::atomic<unsigned> m_mark = alive;
    unsigned m_uses = 0;
};

// Posts without pause until it is destroyed.
class Producers
{
public:
    Producers(AsyncRegistry<int> &registry, int count)
    {
        for (int i = 0; i < count; ++i) {
            m_threads.emplace_back([&registry, this] {
                while (!m_stop) {
                    registry.post(1);
                    ++m_posts;
                    std::this_thread::yield();
                }
            });
        }
    }
    ~Producers()
    {
        m_stop = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }
    Q_DISABLE_COPY_MOVE(Producers)

private:
    std::atomic<bool> m_stop = false;
    std::atomic<int> m_posts = 0;
    std::vector<std::thread> m_threads;
};

} // namespace

class AsyncRaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatAHandlerRefersToMayBeFreedAfterUnregisterAndWait()
    {
        const int rounds = scaled(100000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const Producers producers(registry, 1);
        for (int round = 0; round < rounds; ++round) {
            auto target = std::make_unique<Target>();
            const HandlerId id = registry.registerHandler(SignalBox::onThread(worker.thread()), [raw = target.get()](const int &) { raw->use(); });
            registry.post(round);
            QVERIFY(registry.unregisterAndWait(id));
            target.reset();
        }
    }

    void whatAHandlerRefersToMayBeFreedAfterItsGuard()
    {
        const int rounds = scaled(20000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const Producers producers(registry, 2);
        for (int round = 0; round < rounds; ++round) {
            const auto target = std::make_unique<Target>();
            const HandlerGuard guard = registry.registerGuard(
                SignalBox::onThread(worker.thread()), [raw = target.get()](const int &) { raw->use(); },
                {.backlog = round % 2 ? SignalBox::Backlog::newest() : SignalBox::Backlog::all()});
            registry.post(round);
        }
    }

    void whatAHandlerRefersToMayBeFreedAfterUnregisterOnItsOwnThread()
    {
        const int rounds = scaled(100000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const Producers producers(registry, 1);
        worker.run([&] {
            for (int round = 0; round < rounds; ++round) {
                auto target = std::make_unique<Target>();
                const HandlerId id = registry.registerHandler(SignalBox::onThread(QThread::currentThread()), [raw = target.get()](const int &) { raw->use(); },
                                                              {.delivery = Delivery::Queued});
                if (round % 16 == 0)
                    QCoreApplication::sendPostedEvents(); // some are delivered
                if (!registry.unregister(id))
                    qFatal("the handler was not there");
                target.reset();
                if (round % 64 == 0)
                    QCoreApplication::sendPostedEvents(); // and what was queued comes now
            }
        });
        worker.drain();
    }

    void handlersAreListedWhileOthersAreRegistered()
    {
        const int rounds = scaled(20000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        const Producers producers(registry, 1);
        std::atomic<bool> stop = false;
        std::thread changing([&] {
            while (!stop) {
                const auto guard = registry.registerGuard(SignalBox::onThread(worker.thread()), [](const int &) {}, {.name = QStringLiteral("guest")});
                const auto other = registry.registerGuard([](const int &) {}, {.name = QStringLiteral("guest")});
            }
        });
        for (int round = 0; round < rounds; ++round) {
            for (const auto &row : registry.handlers())
                QCOMPARE(row.name, std::string("guest"));
        }
        stop = true;
        changing.join();
    }

    void pausedAndResumedHandlerCountsEveryEvent()
    {
        const int events = scaled(50000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        quint64 calls = 0;
        const HandlerId id = registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const int &) { ++calls; });
        std::atomic<bool> stop = false;
        std::thread switching([&] {
            bool isOn = false;
            while (!stop)
                registry.setEnabled(id, isOn = !isOn);
            registry.setEnabled(id, true);
        });
        quint64 called = 0;
        quint64 dropped = 0;
        std::vector<QFuture<SignalBox::DispatchReport>> reports;
        for (int i = 0; i < events; ++i) {
            reports.push_back(registry.notify(i));
            if (reports.size() < 64 && i != events - 1)
                continue;
            for (const auto &report : reports) {
                QVERIFY(finishes(report));
                called += report.result().called;
                dropped += report.result().dropped;
            }
            reports.clear();
        }
        stop = true;
        switching.join();
        const auto last = registry.notify(0);
        QVERIFY(finishes(last));
        COMPARE_REPORT(last.result(), 1, 0, 0);
        QCOMPARE(called + 1, calls);
        QCOMPARE(dropped, registry.handlers().front().dropped);
    }

    void priorityChangesWhileDeliveriesAreUnderWay()
    {
        const int rounds = scaled(20000);
        WorkerThread worker;
        AsyncRegistry<int> registry;
        quint64 calls = 0;
        const HandlerId id = registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const int &) { ++calls; });
        registry.registerHandler(SignalBox::onThread(worker.thread()), [](const int &) {});
        for (int round = 0; round < rounds; ++round) {
            registry.post(round);
            QVERIFY(registry.setPriority(id, round % 3 - 1));
        }
        QVERIFY(finishes(registry.notify(0)));
        QCOMPARE(calls, quint64(rounds) + 1);
    }
};

QTEST_GUILESS_MAIN(AsyncRaces)
#include "tst_asyncraces.moc"
