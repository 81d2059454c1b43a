// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtTest/qtest.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Propagation;

class Order : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void priorityHoldsOnOneTargetThread()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QObject second;
        second.moveToThread(worker.thread());
        std::string seen;
        const auto add = [&](QObject *context, int priority, char letter) {
            registry.registerHandler(context, [&seen, letter](const int &) { seen += letter; }, {.priority = priority});
        };
        add(worker.context(), std::numeric_limits<int>::min(), 'z');
        add(&second, 5, 'c');
        add(worker.context(), 10, 'b');
        add(worker.context(), 5, 'd'); // a tie: after c
        add(&second, std::numeric_limits<int>::max(), 'a');
        registry.registerHandler(SignalBox::onThread(worker.thread()), [&](const int &) { seen += 'e'; });
        registry.post(1);
        registry.post(2);
        worker.drain();
        QCOMPARE(seen, std::string("abcdezabcdez"));
        worker.run([&] { second.moveToThread(QCoreApplication::instance()->thread()); });
    }

    void eventsOfOneProducerKeepTheirOrderAcrossRegistries()
    {
        constexpr int events = 500;
        WorkerThread worker;
        AsyncRegistry<int> even;
        AsyncRegistry<int> odd;
        std::vector<std::vector<int>> seen(2);
        const auto collect = [&](const int &event) { seen.at(std::size_t(event) / events).push_back(event % events); };
        even.registerHandler(worker.context(), collect);
        odd.registerHandler(SignalBox::onThread(worker.thread()), collect);
        std::vector<std::thread> producers;
        for (int producer = 0; producer < 2; ++producer) {
            producers.emplace_back([&, producer] {
                for (int i = 0; i < events; ++i)
                    (i % 2 ? odd : even).post(producer * events + i);
            });
        }
        for (std::thread &producer : producers)
            producer.join();
        worker.drain();
        std::vector<int> expected(events);
        for (int i = 0; i < events; ++i)
            expected[std::size_t(i)] = i;
        QCOMPARE(seen[0], expected);
        QCOMPARE(seen[1], expected);
    }

    void inlineStopKeepsTheEventFromLaterHandlers()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        int earlier = 0;
        int later = 0;
        registry.registerHandler(worker.context(), [&](const int &) { ++earlier; }, {.priority = 2});
        registry.registerHandler([](const int &event) { return event < 0 ? Propagation::Stop : Propagation::Continue; },
                                 {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        registry.post(-1);
        registry.post(1);
        worker.drain();
        QCOMPARE(earlier, 2);
        QCOMPARE(later, 1);
    }

    void stopOfAQueuedHandlerKeepsNothingFromOthers()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        int later = 0;
        registry.registerHandler(worker.context(), [](const int &) { return Propagation::Stop; }, {.priority = 1});
        registry.registerHandler(worker.context(), [&](const int &) { ++later; });
        registry.post(1);
        worker.drain();
        QCOMPARE(later, 1);
    }

    void handlersAreListedInTheOrderOfCalls()
    {
        AsyncRegistry<int> registry;
        QObject context;
        registry.registerHandler([](const int &) {}, {.name = QStringLiteral("last")});
        registry.registerHandler(&context, [](const int &) {}, {.priority = 3, .name = QStringLiteral("first"), .enabled = false});
        const int line = __LINE__ - 1;
        const auto handlers = registry.handlers();
        QCOMPARE(handlers.size(), std::size_t(2));
        QCOMPARE(handlers[0].name, std::string("first"));
        QCOMPARE(handlers[0].priority, 3);
        QVERIFY(!handlers[0].enabled);
        QCOMPARE(int(handlers[0].registeredAt.line()), line);
        QCOMPARE(handlers[1].name, std::string("last"));
        QVERIFY(handlers[1].enabled);
    }
};

QTEST_GUILESS_MAIN(Order)
#include "tst_asyncorder.moc"
