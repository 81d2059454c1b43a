// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qdeadlinetimer.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::BacklogOf;
using SignalBox::EventBatch;
using SignalBox::HandlerId;

namespace {

enum class Keep { All, Newest, NewestThree, OldestThree, NewestBy, MergedBy, Merged };
enum class In { Where, Key, Merge };
enum class Act { Throw, Post, Unregister, UnregisterAndWait, Pause, Drop, Register, DestroyRegistry };
enum class What { Event, Batch };
enum class Where { Here, Thread };

// The function of a backlog that acts calls this, with the event that it was called for.
using Actor = std::function<void(In, int)>;

template <class Kept>
BacklogOf<int> withWhere(const Kept &kept, const Actor &actor)
{
    return kept.where([actor](const int &event) {
        actor(In::Where, event);
        return true;
    });
}

BacklogOf<int> backlogOf(Keep keep, const Actor &actor)
{
    const auto key = [actor](const int &event) {
        actor(In::Key, event);
        return event % 2;
    };
    const auto merge = [actor](int &kept, int &&newer) {
        actor(In::Merge, newer);
        kept = newer;
    };
    switch (keep) {
    case Keep::All:
        return withWhere(Backlog::all(), actor);
    case Keep::Newest:
        return withWhere(Backlog::newest(), actor);
    case Keep::NewestThree:
        return withWhere(Backlog::newest(3), actor);
    case Keep::OldestThree:
        return withWhere(Backlog::oldest(3), actor);
    case Keep::NewestBy:
        return withWhere(Backlog::newestBy(key), actor);
    case Keep::MergedBy:
        return withWhere(Backlog::mergedBy(key, merge), actor);
    case Keep::Merged:
        return withWhere(Backlog::merged(merge), actor);
    }
    return {};
}

bool has(Keep keep, In function)
{
    switch (function) {
    case In::Where:
        return true;
    case In::Key:
        return keep == Keep::NewestBy || keep == Keep::MergedBy;
    case In::Merge:
        return keep == Keep::MergedBy || keep == Keep::Merged;
    }
    return false;
}

} // namespace

Q_DECLARE_METATYPE(Keep)
Q_DECLARE_METATYPE(In)
Q_DECLARE_METATYPE(Act)
Q_DECLARE_METATYPE(What)
Q_DECLARE_METATYPE(Where)

// What the functions of a backlog may do on the notifying thread: each of them, with each way to keep events.
class BacklogFunctions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void functionsMayDoAnything_data()
    {
        static constexpr std::pair<Keep, const char *> keeps[] = {{Keep::All, "all"}, {Keep::Newest, "newest"}, {Keep::NewestThree, "newest 3"},
                                                                  {Keep::OldestThree, "oldest 3"}, {Keep::NewestBy, "newest by key"},
                                                                  {Keep::MergedBy, "merged by key"}, {Keep::Merged, "merged"}};
        static constexpr std::pair<In, const char *> functions[] = {{In::Where, "where"}, {In::Key, "key"}, {In::Merge, "merge"}};
        static constexpr std::pair<Act, const char *> acts[] = {
            {Act::Throw, "throws"}, {Act::Post, "posts"}, {Act::Unregister, "unregisters"}, {Act::UnregisterAndWait, "unregisters and waits"},
            {Act::Pause, "pauses"}, {Act::Drop, "drops what waits"}, {Act::Register, "registers"}, {Act::DestroyRegistry, "destroys the registry"}};
        static constexpr std::pair<What, const char *> whats[] = {{What::Event, "events"}, {What::Batch, "batches"}};
        static constexpr std::pair<Where, const char *> wheres[] = {{Where::Here, "here"}, {Where::Thread, "thread"}};
        QTest::addColumn<Keep>("keep");
        QTest::addColumn<In>("function");
        QTest::addColumn<Act>("act");
        QTest::addColumn<What>("what");
        QTest::addColumn<Where>("where");
        for (const auto &[keep, keepName] : keeps) {
            for (const auto &[function, functionName] : functions) {
                if (!has(keep, function))
                    continue;
                for (const auto &[act, actName] : acts) {
                    for (const auto &[what, whatName] : whats) {
                        for (const auto &[where, whereName] : wheres)
                            QTest::addRow("%s, %s %s, %s, %s", keepName, functionName, actName, whatName, whereName) << keep << function << act << what << where;
                    }
                }
            }
        }
    }
    // The event that a function acts for is 9. Afterwards each event has arrived or is counted, once, unless the handler has ended.
    void functionsMayDoAnything()
    {
        QFETCH(Keep, keep);
        QFETCH(In, function);
        QFETCH(Act, act);
        QFETCH(What, what);
        QFETCH(Where, where);
        std::promise<void> isBlocked;
        std::promise<void> end; // outlives the thread that waits for it
        std::optional<WorkerThread> worker;
        if (where == Where::Thread)
            worker.emplace();
        QObject own;
        QObject *const context = worker ? worker->context() : &own;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        HandlerId id;
        quint64 posted = 0; // that reach the handler
        bool hasActed = false;
        const auto post = [&](int event) {
            ++posted;
            registry->post(event);
        };
        const Actor actor = [&](In caller, int event) {
            if (caller != function || event != 9 || hasActed)
                return;
            hasActed = true;
            switch (act) {
            case Act::Throw:
                throw std::runtime_error("no");
            case Act::Post:
                post(11);
                break;
            case Act::Unregister:
                QVERIFY(registry->unregister(id));
                break;
            case Act::UnregisterAndWait:
                QVERIFY(registry->unregisterAndWait(id));
                break;
            case Act::Pause:
                QVERIFY(registry->setEnabled(id, false));
                break;
            case Act::Drop:
                QVERIFY(registry->dropPending(id));
                break;
            case Act::Register:
                registry->registerHandler(context, [](const int &) {});
                break;
            case Act::DestroyRegistry:
                registry.reset();
                break;
            }
        };
        std::vector<std::string> failures;
        registry->onException([&](const SignalBox::ExceptionInfo &info) { failures.push_back(std::string(info.handlerName()) + info.message()); });
        std::atomic<quint64> seen = 0;
        const SignalBox::AsyncOptionsOf<int> options{.name = QStringLiteral("h "), .delivery = SignalBox::Delivery::Queued, .backlog = backlogOf(keep, actor)};
        if (what == What::Event)
            id = registry->registerHandler(context, [&](const int &) { ++seen; }, options);
        else
            id = registry->registerHandler(context, [&](const EventBatch<int> &batch) { seen += quint64(batch.size()); }, options);
        int others = 0;
        registry->registerHandler([&](const int &) { ++others; }, {.priority = -1});

        if (worker) {
            worker->drain();
            worker->post([&] {
                isBlocked.set_value();
                end.get_future().wait();
            });
            isBlocked.get_future().wait();
        }
        post(1);
        post(3);
        post(9);
        end.set_value();
        QVERIFY(hasActed);
        QVERIFY(failures == std::vector<std::string>(act == Act::Throw ? 1 : 0, "h no"));
        if (!registry) {
            runQueuedCalls();
            return; // nothing has crashed, and nobody waits for anything
        }
        QCOMPARE(others, act == Act::Post ? 4 : 3);
        const bool hasEnded = !registry->contains(id);
        QCOMPARE(hasEnded, act == Act::Unregister || act == Act::UnregisterAndWait);
        if (hasEnded) {
            runQueuedCalls();
            if (worker)
                worker->drain();
            const quint64 before = seen;
            registry->post(2);
            runQueuedCalls();
            if (worker)
                worker->drain();
            QCOMPARE(seen.load(), before);
            QCOMPARE(others, 4);
            return;
        }
        QVERIFY(registry->setEnabled(id, true));
        post(2);
        const auto isAllThere = [&] {
            for (const auto &row : registry->handlers()) {
                if (row.id == id)
                    return row.waiting == 0 && seen + row.merged + row.dropped + failures.size() == posted;
            }
            return false;
        };
        QVERIFY(waitFor(isAllThere));
        runQueuedCalls();
        if (worker)
            worker->drain();
        QVERIFY(isAllThere());
        // It has kept nothing back of what happened: a report comes.
        const auto report = registry->notify(4);
        QVERIFY(finishes(report));
        QCOMPARE(report.result().failed, std::uint32_t(0));
    }

    // Whoever brings the key, and whatever is kept of it.
    void keyThatIsNotEqualToItselfIsAFailure_data()
    {
        QTest::addColumn<bool>("isMerged");
        QTest::addColumn<bool>("isForBatches");
        for (const bool isMerged : {false, true}) {
            for (const bool isForBatches : {false, true})
                QTest::addRow("%s, %s", isMerged ? "merged by key" : "newest by key", isForBatches ? "batches" : "events") << isMerged << isForBatches;
        }
    }
    void keyThatIsNotEqualToItselfIsAFailure()
    {
        QFETCH(bool, isMerged);
        QFETCH(bool, isForBatches);
        AsyncRegistry<double> registry;
        int failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++failures; });
        const auto key = [](double event) { return event; };
        BacklogOf<double> backlog = Backlog::newestBy(key);
        if (isMerged)
            backlog = Backlog::mergedBy(key, [](double &, double &&) {});
        std::vector<double> seen;
        if (isForBatches)
            registry.registerHandler(this, [&](const EventBatch<double> &batch) { seen.insert(seen.end(), batch.begin(), batch.end()); }, {.backlog = backlog});
        else
            registry.registerHandler(this, [&](const double &event) { seen.push_back(event); }, {.backlog = backlog});
        runQueuedCalls();
        for (const double event : {std::numeric_limits<double>::quiet_NaN(), 1.0, std::numeric_limits<double>::quiet_NaN(), 1.0})
            registry.post(event);
        const auto report = registry.notify(std::numeric_limits<double>::quiet_NaN());
        QVERIFY(finishes(report));
        COMPARE_REPORT(report.result(), 1, 1, 0);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector{1.0});
        QCOMPARE(failures, 3);
        QCOMPARE(registry.handlers().front().merged, quint64(1));
    }

    // --- on which threads ------------------------------------------------------------------------

    // The thread of the handler runs no event loop meanwhile, so that the second event is merged.
    void functionsRunOnTheNotifyingThread()
    {
        AsyncRegistry<int> registry;
        std::vector<std::thread::id> asked;
        std::vector<std::thread::id> keyed;
        std::vector<std::thread::id> merged;
        std::vector<int> seen;
        const auto here = [] { return std::this_thread::get_id(); };
        registry.registerHandler(this, [&](const int &event) { seen.push_back(event); },
                                 {.backlog = Backlog::mergedBy(
                                                     [&](int) {
                                                         keyed.push_back(here());
                                                         return 0;
                                                     },
                                                     [&](int &kept, int &&newer) {
                                                         merged.push_back(here());
                                                         kept += newer;
                                                     })
                                                     .where([&](int event) {
                                                         asked.push_back(here());
                                                         return event != 5;
                                                     })});
        std::thread producer([&] {
            for (const int event : {1, 5, 2})
                registry.post(event);
        });
        const std::thread::id expected = producer.get_id();
        producer.join();
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector{3});
        QVERIFY(asked == std::vector<std::thread::id>(3, expected));
        QVERIFY(keyed == std::vector<std::thread::id>(2, expected)); // what is not kept has no key
        QVERIFY(merged == std::vector<std::thread::id>(1, expected));
    }

    // Each of two producers waits in its merge until the other one is in its own.
    void mergesOfDifferentKeysRunAtOnce()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> inside = 0;
        std::atomic<bool> areTogether = true;
        std::vector<int> seen;
        const auto merge = [&](int &kept, int &&newer) {
            ++inside;
            const QDeadlineTimer deadline(patience);
            while (inside != 2 && !deadline.hasExpired())
                std::this_thread::yield();
            if (inside != 2)
                areTogether = false;
            kept += newer;
        };
        registry.registerHandler(this, [&](const int &event) { seen.push_back(event); },
                                 {.backlog = Backlog::mergedBy([](int event) { return event % 2; }, merge)});
        registry.post(0);
        registry.post(1);
        std::thread first([&] { registry.post(10); });
        std::thread second([&] { registry.post(11); });
        first.join();
        second.join();
        QVERIFY(areTogether);
        QVERIFY(waitFor([&] { return seen.size() == 2; }));
        QCOMPARE(seen, (std::vector{10, 12}));
    }

    // The second producer leaves its event with the key, and the first one takes it in.
    void mergesOfOneKeyNeverRunAtOnceAndNobodyWaitsForOne()
    {
        AsyncRegistry<int> registry;
        std::atomic<int> inside = 0;
        std::atomic<int> most = 0;
        std::promise<void> isInside;
        std::promise<void> end;
        std::vector<int> seen;
        const auto merge = [&](int &kept, int &&newer) {
            most = std::max(most.load(), ++inside);
            if (newer == 2) {
                isInside.set_value();
                end.get_future().wait();
            }
            kept += newer;
            --inside;
        };
        registry.registerHandler(this, [&](const int &event) { seen.push_back(event); }, {.backlog = Backlog::merged(merge)});
        registry.post(1);
        std::thread first([&] { registry.post(2); });
        isInside.get_future().wait();
        std::atomic<bool> hasPosted = false;
        std::thread second([&] {
            registry.post(4);
            hasPosted = true;
        });
        const bool isDone = waitFor([&] { return hasPosted.load(); }); // the handler's thread does not wait, either
        const std::vector<int> seenMeanwhile = seen;
        end.set_value();
        first.join();
        second.join();
        QVERIFY(isDone);
        QCOMPARE(seenMeanwhile, std::vector<int>());
        QCOMPARE(most.load(), 1);
        QVERIFY(waitFor([&] { return !seen.empty(); }));
        QCOMPARE(seen, std::vector{7});
    }
};

QTEST_GUILESS_MAIN(BacklogFunctions)
#include "tst_backlogfunctions.moc"
