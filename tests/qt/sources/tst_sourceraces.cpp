// SPDX-License-Identifier: MIT
#include "camera.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/Connect>
#include <SignalBox/EventBatch>

#include <QtTest/qtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::SourceConnection;

namespace {

constexpr int threadCount = 4;

// Emits on several threads at once, until it ends; each thread's numbers grow.
class Fire
{
public:
    explicit Fire(Camera &camera)
    {
        for (int thread = 0; thread < threadCount; ++thread) {
            m_threads.emplace_back([this, &camera, thread] {
                for (int number = thread; !m_isOver; number += threadCount) {
                    Q_EMIT camera.taken(number);
                    ++m_emissions;
                }
            });
        }
    }
    ~Fire()
    {
        m_isOver = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }
    void awaitMore(int count)
    {
        const int before = m_emissions;
        while (m_emissions - before < count)
            std::this_thread::yield();
    }

private:
    std::atomic<bool> m_isOver = false;
    std::atomic<int> m_emissions = 0;
    std::vector<std::thread> m_threads;
};

} // namespace

// Sources whose senders emit on four threads at once, and what ends meanwhile.
class SourceRaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachEmissionOfEachThreadArrivesOnceAndInOrder()
    {
        const int each = scaled(20000);
        Camera camera;
        AsyncRegistry<int> registry;
        std::array<int, threadCount> next{};
        int calls = 0;
        bool isOrdered = true;
        registry.addSource(&camera, &Camera::taken);
        registry.registerHandler(this, [&](const int &number) {
            int &expected = next[static_cast<std::size_t>(number % threadCount)];
            isOrdered = isOrdered && number / threadCount == expected;
            ++expected;
            ++calls;
        });
        std::latch begin(threadCount);
        std::vector<std::thread> threads;
        for (int thread = 0; thread < threadCount; ++thread) {
            threads.emplace_back([&, thread] {
                begin.arrive_and_wait();
                for (int number = 0; number < each; ++number)
                    Q_EMIT camera.taken(number * threadCount + thread);
            });
        }
        QVERIFY(waitFor([&] { return calls == each * threadCount; }));
        for (std::thread &thread : threads)
            thread.join();
        runQueuedCalls();
        QCOMPARE(calls, each * threadCount);
        QVERIFY(isOrdered);
    }

    void registryMayEndUnderFire()
    {
        Camera camera;
        Fire fire(camera);
        for (int round = 0; round < scaled(200); ++round) {
            auto registry = std::make_unique<AsyncRegistry<int>>();
            std::atomic<int> calls = 0;
            const SourceConnection connection = registry->addSource(&camera, &Camera::taken);
            {
                const SignalBox::HandlerGuard guard = registry->registerGuard([&] { ++calls; });
                registry->registerHandler(this, [] {}, {.backlog = Backlog::newest()});
                fire.awaitMore(20);
                registry.reset();
            } // nobody is inside the handler
            QVERIFY(!connection);
            runQueuedCalls();
        }
    }

    void sourceMayBeDisconnectedUnderFire()
    {
        Camera camera;
        std::atomic<int> calls = 0;
        AsyncRegistry<int> registry;
        Fire fire(camera);
        registry.registerHandler([&] { ++calls; });
        for (int round = 0; round < scaled(200); ++round) {
            SourceConnection connection = registry.addSource(&camera, &Camera::taken);
            const int before = calls;
            while (calls == before)
                std::this_thread::yield();
            QVERIFY(connection.disconnect());
        }
    }

    // What is captured stays until nobody is inside, whatever ends it.
    void connectionsAndContextsMayEndUnderFire()
    {
        WorkerThread worker;
        Camera camera;
        const auto captured = std::make_shared<std::atomic<int>>(0);
        {
            Fire fire(camera);
            for (int round = 0; round < scaled(150); ++round) {
                auto context = std::make_unique<QObject>();
                auto *elsewhere = new QObject;
                elsewhere->moveToThread(worker.thread());
                SourceConnection here = SignalBox::connect(&camera, &Camera::taken, context.get(), [captured] { ++*captured; },
                                                           {.backlog = Backlog::throttled(1)});
                SourceConnection there =
                    SignalBox::connect(&camera, &Camera::taken, elsewhere, [captured](int) { ++*captured; });
                SourceConnection once =
                    SignalBox::connect(&camera, &Camera::taken, elsewhere, [captured](int) { ++*captured; }, {.once = true});
                const int before = *captured;
                while (*captured - before < 3)
                    runQueuedCalls();
                worker.post([elsewhere] { delete elsewhere; });
                if (round % 2)
                    context.reset();
                else
                    here.disconnect();
                there.disconnect();
                QVERIFY(!here && !there);
                worker.drain();
                QVERIFY(waitFor([&] { return !once; })); // an emission that was inside may be the last to leave its handler
            }
        }
        runQueuedCalls();
        worker.drain();
        QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
    }

    // Each thread's sender ends right behind its last emission, while its events wait on two threads and follow a context.
    void whatWaitsAtTheSendersEndArrives()
    {
        constexpr int each = 50;
        WorkerThread worker;
        for (int round = 0; round < scaled(150); ++round) {
            const auto captured = std::make_shared<int>(0);
            std::atomic<int> here = 0;
            std::atomic<int> there = 0;
            std::atomic<int> moved = 0;
            std::array<std::atomic<int>, threadCount> newest{};
            auto *moving = new QObject;
            std::vector<std::thread> threads;
            for (int thread = 0; thread < threadCount; ++thread) {
                threads.emplace_back([&, thread] {
                    const auto camera = std::make_unique<Camera>();
                    SignalBox::connect(camera.get(), &Camera::taken, this, [&here, captured](int) { ++here; });
                    SignalBox::connect(camera.get(), &Camera::taken, worker.context(),
                                       [&there, captured](const SignalBox::EventBatch<int> &batch) { there += int(batch.size()); },
                                       {.backlog = Backlog::all().every(1)});
                    SignalBox::connect(camera.get(), &Camera::taken, moving, [&moved, captured](int) { ++moved; });
                    SignalBox::connect(camera.get(), &Camera::taken, moving,
                                       [&newest, thread, captured](int number) { newest[std::size_t(thread)] = number; },
                                       {.backlog = thread % 2 ? Backlog::throttled(1) : Backlog::debounced(1)});
                    for (int number = 1; number <= each; ++number)
                        Q_EMIT camera->taken(number);
                });
            }
            runQueuedCalls();
            moving->moveToThread(worker.thread());
            for (std::thread &thread : threads)
                thread.join();
            QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
            QCOMPARE(here.load(), threadCount * each);
            QCOMPARE(there.load(), threadCount * each);
            QCOMPARE(moved.load(), threadCount * each);
            for (const std::atomic<int> &number : newest)
                QCOMPARE(number.load(), each);
            worker.run([&] { delete moving; });
        }
    }

    // The last delivery and the end of the sender, of the connection or of the context meet.
    void lastDeliveryMeetsTheEnd()
    {
        WorkerThread worker;
        const auto captured = std::make_shared<std::atomic<int>>(0);
        for (int round = 0; round < scaled(1000); ++round) {
            auto camera = std::make_unique<Camera>();
            auto *context = new QObject;
            context->moveToThread(worker.thread());
            SourceConnection connection = SignalBox::connect(camera.get(), &Camera::taken, context, [captured](int) { ++*captured; });
            Q_EMIT camera->taken(1);
            Q_EMIT camera->taken(2);
            if (round % 3 == 0)
                worker.post([context] { delete context; });
            camera.reset();
            if (round % 3 == 1)
                connection.disconnect();
            if (round % 3 != 0)
                worker.post([context] { delete context; });
            worker.drain();
            QVERIFY(waitFor([&] { return captured.use_count() == 1; }));
        }
    }

    void senderMayEndWhileItsConnectionsAreEnded()
    {
        WorkerThread worker;
        for (int round = 0; round < scaled(500); ++round) {
            AsyncRegistry<int> registry;
            auto *camera = new Camera;
            camera->moveToThread(worker.thread());
            SourceConnection source = registry.addSource(camera, &Camera::taken);
            SourceConnection connection = SignalBox::connect(camera, &Camera::taken, this, [] {});
            worker.post([camera] {
                Q_EMIT camera->taken(1);
                delete camera;
            });
            if (round % 2)
                source.disconnect();
            connection.disconnect();
            worker.drain();
            QVERIFY(!source && !connection);
        }
    }
};

QTEST_GUILESS_MAIN(SourceRaces)
#include "tst_sourceraces.moc"
