// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/TestClock>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;
using SignalBox::BacklogOf;
using SignalBox::EventBatch;
using SignalBox::HandlerId;

namespace {

enum class Keep { All, Newest, NewestThree, OldestThree, NewestBy, MergedBy, Merged };
enum class When { Soon, Every, QuietFor, OnDemand };
enum class What { Event, Batch };
enum class Where { Context, Thread, Pool };
enum class Wanted { Everything, Even };

constexpr auto interval = 10ms;

int keyOf(const int &event)
{
    return event % 3;
}

void add(int &kept, int &&newer)
{
    kept += newer;
}

bool isEven(const int &event)
{
    return event % 2 == 0;
}

template <class Kept>
BacklogOf<int> withTime(const Kept &kept, When when)
{
    switch (when) {
    case When::Soon:
        return kept;
    case When::Every:
        return kept.every(interval);
    case When::QuietFor:
        return kept.quietFor(interval);
    case When::OnDemand:
        return kept.onDemand();
    }
    return {};
}

template <class Kept>
BacklogOf<int> withAll(const Kept &kept, When when, Wanted wanted)
{
    return wanted == Wanted::Even ? withTime(kept.where(isEven), when) : withTime(kept, when);
}

BacklogOf<int> backlogOf(Keep keep, When when, Wanted wanted)
{
    switch (keep) {
    case Keep::All:
        return withAll(Backlog::all(), when, wanted);
    case Keep::Newest:
        return withAll(Backlog::newest(), when, wanted);
    case Keep::NewestThree:
        return withAll(Backlog::newest(3), when, wanted);
    case Keep::OldestThree:
        return withAll(Backlog::oldest(3), when, wanted);
    case Keep::NewestBy:
        return withAll(Backlog::newestBy(keyOf), when, wanted);
    case Keep::MergedBy:
        return withAll(Backlog::mergedBy(keyOf, add), when, wanted);
    case Keep::Merged:
        return withAll(Backlog::merged(add), when, wanted);
    }
    return {};
}

// What a round of events leaves, and what is counted of it.
struct Outcome
{
    std::vector<int> arrived;
    quint64 merged = 0;
    quint64 dropped = 0;
};

Outcome outcomeOf(std::vector<int> events, Keep keep, Wanted wanted)
{
    if (wanted == Wanted::Even)
        std::erase_if(events, [](int event) { return !isEven(event); });
    Outcome result;
    const auto keepFrom = [&](std::size_t first, std::size_t count) {
        const auto begin = events.begin() + std::ptrdiff_t(first);
        result.arrived.assign(begin, begin + std::ptrdiff_t(count));
    };
    const std::size_t three = std::min<std::size_t>(3, events.size());
    std::vector<int> order;
    std::map<int, int> byKey;
    switch (keep) {
    case Keep::All:
        result.arrived = events;
        return result;
    case Keep::Newest:
        keepFrom(events.size() - 1, 1);
        break;
    case Keep::NewestThree:
        keepFrom(events.size() - three, three);
        result.dropped = events.size() - three;
        return result;
    case Keep::OldestThree:
        keepFrom(0, three);
        result.dropped = events.size() - three;
        return result;
    case Keep::NewestBy:
    case Keep::MergedBy:
    case Keep::Merged:
        for (const int event : events) {
            const int key = keep == Keep::Merged ? 0 : keyOf(event);
            if (!byKey.contains(key))
                order.push_back(key);
            byKey[key] = keep == Keep::NewestBy ? event : byKey[key] + event;
        }
        for (const int key : order)
            result.arrived.push_back(byKey[key]);
        break;
    }
    result.merged = events.size() - result.arrived.size();
    return result;
}

// Where a handler runs, and a way to keep it from running.
class Target
{
public:
    explicit Target(Where where) : m_where(where)
    {
        if (where == Where::Thread)
            m_worker.emplace();
        m_pool.setMaxThreadCount(1);
    }

    template <class F>
    HandlerId add(AsyncRegistry<int> &registry, F &&handler, const BacklogOf<int> &backlog)
    {
        switch (m_where) {
        case Where::Context:
            return registry.registerHandler(&m_context, handler, {.delivery = SignalBox::Delivery::Queued, .backlog = backlog});
        case Where::Thread:
            return registry.registerHandler(m_worker->context(), handler, {.backlog = backlog});
        case Where::Pool:
            return registry.registerHandler(SignalBox::inPool(&m_pool), handler, {.backlog = backlog});
        }
        return {};
    }

    // Posts while nothing is delivered.
    void whileBlocked(const std::function<void()> &post)
    {
        if (m_where == Where::Context) {
            post();
            settle();
            return;
        }
        std::promise<void> isBlocked;
        std::promise<void> end;
        const auto block = [&] {
            isBlocked.set_value();
            end.get_future().wait();
        };
        if (m_where == Where::Thread)
            m_worker->post(block);
        else
            m_pool.start(block);
        isBlocked.get_future().wait();
        post();
        end.set_value();
        settle();
    }
    // All that is under way has come.
    void settle()
    {
        switch (m_where) {
        case Where::Context:
            runQueuedCalls();
            break;
        case Where::Thread:
            m_worker->drain();
            m_worker->drain();
            break;
        case Where::Pool:
            m_pool.waitForDone();
            break;
        }
    }
    template <class F>
    void onTarget(F &&function)
    {
        if (m_where == Where::Thread)
            m_worker->run(std::forward<F>(function));
        else
            function();
    }

private:
    const Where m_where;
    QObject m_context;
    std::optional<WorkerThread> m_worker;
    QThreadPool m_pool;
};

} // namespace

Q_DECLARE_METATYPE(Keep)
Q_DECLARE_METATYPE(When)
Q_DECLARE_METATYPE(What)
Q_DECLARE_METATYPE(Where)
Q_DECLARE_METATYPE(Wanted)

// Every way to keep events, with every time, for handlers of events and of batches, wherever they run: what must arrive, and what must be
// counted.
class BacklogTable : public QObject
{
    Q_OBJECT

    static void addRows()
    {
        static constexpr std::pair<Keep, const char *> keeps[] = {{Keep::All, "all"}, {Keep::Newest, "newest"}, {Keep::NewestThree, "newest 3"},
                                                                  {Keep::OldestThree, "oldest 3"}, {Keep::NewestBy, "newest by key"},
                                                                  {Keep::MergedBy, "merged by key"}, {Keep::Merged, "merged"}};
        static constexpr std::pair<When, const char *> whens[] = {
            {When::Soon, "soon"}, {When::Every, "every"}, {When::QuietFor, "quiet for"}, {When::OnDemand, "on demand"}};
        static constexpr std::pair<What, const char *> whats[] = {{What::Event, "events"}, {What::Batch, "batches"}};
        static constexpr std::pair<Where, const char *> wheres[] = {
            {Where::Context, "context"}, {Where::Thread, "thread"}, {Where::Pool, "pool"}};
        static constexpr std::pair<Wanted, const char *> wanteds[] = {{Wanted::Everything, ""}, {Wanted::Even, ", where"}};
        QTest::addColumn<Keep>("keep");
        QTest::addColumn<When>("when");
        QTest::addColumn<What>("what");
        QTest::addColumn<Where>("where");
        QTest::addColumn<Wanted>("wanted");
        for (const auto &[keep, keepName] : keeps) {
            for (const auto &[when, whenName] : whens) {
                for (const auto &[what, whatName] : whats) {
                    for (const auto &[where, whereName] : wheres) {
                        for (const auto &[wanted, wantedName] : wanteds) {
                            if (where != Where::Pool || when == When::Soon) {
                                QTest::addRow("%s, %s, %s, %s%s", keepName, whenName, whatName, whereName, wantedName)
                                    << keep << when << what << where << wanted;
                            }
                        }
                    }
                }
            }
        }
    }

private Q_SLOTS:
    void whatIsKeptArrivesWhenItIsDueAndTheRestIsCounted_data() { addRows(); }
    void whatIsKeptArrivesWhenItIsDueAndTheRestIsCounted()
    {
        QFETCH(Keep, keep);
        QFETCH(When, when);
        QFETCH(What, what);
        QFETCH(Where, where);
        QFETCH(Wanted, wanted);
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        std::vector<int> seen; // on the target
        int calls = 0;
        quint64 lost = 0;
        Target target(where);
        const BacklogOf<int> backlog = backlogOf(keep, when, wanted);
        HandlerId id;
        if (what == What::Event) {
            id = target.add(registry, [&](const int &event) {
                ++calls;
                seen.push_back(event);
            }, backlog);
        } else {
            id = target.add(registry, [&](const EventBatch<int> &batch) {
                ++calls;
                seen.insert(seen.end(), batch.begin(), batch.end());
                lost += batch.lost();
            }, backlog);
        }
        QVERIFY(id.isValid());
        target.settle();
        quint64 merged = 0;
        quint64 dropped = 0;
        const std::vector<std::vector<int>> rounds{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {2}, {12, 11, 14, 13, 16, 15}};
        for (std::size_t round = 0; round < rounds.size(); ++round) {
            const Outcome expected = outcomeOf(rounds[round], keep, wanted);
            target.onTarget([&] {
                seen.clear();
                calls = 0;
            });
            target.whileBlocked([&] {
                for (const int event : rounds[round])
                    registry.post(event);
            });
            const bool isDueAtOnce = when == When::Soon || (when == When::Every && round == 0);
            if (!isDueAtOnce) {
                bool isEarly = false;
                target.onTarget([&] { isEarly = !seen.empty(); });
                QVERIFY(!isEarly);
                QCOMPARE(registry.handlers().front().waiting, quint64(expected.arrived.size()));
                if (when == When::OnDemand)
                    target.onTarget([&] { registry.deliver(id); });
                else
                    QVERIFY(clock.advance(interval));
                target.settle();
            }
            target.onTarget([&] {
                QCOMPARE(seen, expected.arrived);
                QCOMPARE(calls, what == What::Batch ? 1 : int(expected.arrived.size()));
            });
            merged += expected.merged;
            dropped += expected.dropped;
            const auto row = registry.handlers().front();
            QCOMPARE(row.waiting, quint64(0));
            QCOMPARE(row.merged, merged);
            QCOMPARE(row.dropped, dropped);
        }
        if (what == What::Batch)
            QCOMPARE(lost, merged + dropped);
    }

    // What waits is dropped and counted, and what is posted afterwards arrives.
    void pendingEventsAreDroppedAndLaterOnesArrive_data() { addRows(); }
    void pendingEventsAreDroppedAndLaterOnesArrive()
    {
        QFETCH(Keep, keep);
        QFETCH(When, when);
        QFETCH(What, what);
        QFETCH(Where, where);
        QFETCH(Wanted, wanted);
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        std::vector<int> seen;
        Target target(where);
        const BacklogOf<int> backlog = backlogOf(keep, when, wanted);
        const HandlerId id = what == What::Event
            ? target.add(registry, [&](const int &event) { seen.push_back(event); }, backlog)
            : target.add(registry, [&](const EventBatch<int> &batch) { seen.insert(seen.end(), batch.begin(), batch.end()); }, backlog);
        target.settle();
        const std::vector<int> gone{1, 2, 3, 4, 5, 6};
        const std::vector<int> later{8, 9, 10, 11, 12};
        target.whileBlocked([&] {
            for (const int event : gone)
                registry.post(event);
            QVERIFY(registry.dropPending(id));
            for (const int event : later)
                registry.post(event);
        });
        if (when == When::OnDemand)
            target.onTarget([&] { registry.deliver(id); });
        else
            QVERIFY(clock.advance(interval));
        target.settle();
        const Outcome first = outcomeOf(gone, keep, wanted);
        const Outcome second = outcomeOf(later, keep, wanted);
        target.onTarget([&] { QCOMPARE(seen, second.arrived); });
        const auto row = registry.handlers().front();
        QCOMPARE(row.merged, first.merged + second.merged);
        QCOMPARE(row.dropped, first.dropped + second.dropped + first.arrived.size());
    }

    // One call, for one event or one batch, of what is kept at the time of the call.
    void onceIsOneCallForWhatIsKept_data() { addRows(); }
    void onceIsOneCallForWhatIsKept()
    {
        QFETCH(Keep, keep);
        QFETCH(When, when);
        QFETCH(What, what);
        QFETCH(Where, where);
        QFETCH(Wanted, wanted);
        if (where != Where::Context)
            return; // the same route
        SignalBox::TestClock clock;
        AsyncRegistry<int> registry;
        QObject context;
        std::vector<int> seen;
        int calls = 0;
        const BacklogOf<int> backlog = backlogOf(keep, when, wanted);
        HandlerId id;
        if (what == What::Event) {
            id = registry.registerHandler(&context, [&](const int &event) {
                ++calls;
                seen.push_back(event);
            }, {.once = true, .delivery = SignalBox::Delivery::Queued, .backlog = backlog});
        } else {
            id = registry.registerHandler(&context, [&](const EventBatch<int> &batch) {
                ++calls;
                seen.assign(batch.begin(), batch.end());
            }, {.once = true, .backlog = backlog});
        }
        runQueuedCalls();
        const std::vector<int> events{2, 3, 4, 6, 7, 8};
        for (const int event : events)
            registry.post(event);
        if (when == When::OnDemand)
            QVERIFY(registry.deliver(id));
        else
            QVERIFY(clock.advance(interval));
        runQueuedCalls();
        QCOMPARE(calls, 1);
        const std::vector<int> kept = outcomeOf(events, keep, wanted).arrived;
        QCOMPARE(seen, what == What::Batch ? kept : std::vector{kept.front()});
        QVERIFY(registry.isEmpty());
    }
};

QTEST_GUILESS_MAIN(BacklogTable)
#include "tst_backlogtable.moc"
