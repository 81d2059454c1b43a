// SPDX-License-Identifier: MIT
#include "backlogtable.h"
#include "scaled.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventBatch>
#include <SignalBox/TestClock>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::AsyncRegistry;
using SignalBox::BacklogOf;
using SignalBox::EventBatch;
using SignalBox::HandlerId;

namespace {

enum class Where { Context, Thread, Pool };

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

// Every way to keep events, with every time, for handlers of events and of batches, wherever they run, beside a plain list: what
// must arrive, and what must be counted.
class KeepAndWhen : public QObject
{
    Q_OBJECT

    static void addRows()
    {
        static constexpr std::pair<Keep, const char *> keeps[] = {{Keep::All, "all"}, {Keep::Newest, "newest"}, {Keep::NewestThree, "newest 3"},
                                                                  {Keep::OldestThree, "oldest 3"}, {Keep::NewestBy, "newest by key"},
                                                                  {Keep::MergedBy, "merged by key"}, {Keep::Merged, "merged"}};
        static constexpr std::pair<When, const char *> whens[] = {{When::Soon, "soon"}, {When::EveryTurn, "every turn"}, {When::Every, "every"},
                                                                  {When::QuietFor, "quiet for"}, {When::OnDemand, "on demand"}};
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
        PlainBacklog model(keep, when, wanted, what);
        std::vector<Call> calls; // on the target
        const auto post = [&registry](int event) { registry.post(event); };
        Target target(where);
        const BacklogOf<int> backlog = backlogOf(keep, when, wanted);
        HandlerId id;
        if (what == What::Event) {
            id = target.add(registry, [&](const int &event) {
                calls.push_back({{event}, 0});
                reactTo(event, post);
            }, backlog);
        } else {
            id = target.add(registry, [&](const EventBatch<int> &batch) {
                calls.push_back({{batch.begin(), batch.end()}, batch.lost()});
                for (const int event : batch)
                    reactTo(event, post);
            }, backlog);
        }
        QVERIFY(id.isValid());
        target.settle();

        struct Subject
        {
            AsyncRegistry<int> &registry;
            const HandlerId id;
            Target &target;
            SignalBox::TestClock &clock;
            const std::vector<Call> &seen;

            void post(int event) { registry.post(event); }
            void whileNothingIsDelivered(const std::function<void()> &function) { target.whileBlocked(function); }
            void settle() { target.settle(); }
            void drop() { QVERIFY(registry.dropPending(id)); }
            void setEnabled(bool isEnabled) { QVERIFY(registry.setEnabled(id, isEnabled)); }
            void deliver()
            {
                bool isDelivered = false;
                target.onTarget([&] { isDelivered = registry.deliver(id); });
                QVERIFY(isDelivered);
            }
            void advance(int time) { QVERIFY(clock.advance(std::chrono::milliseconds(time))); }
            QString calls()
            {
                QString text;
                target.onTarget([&] { text = textOf(seen); });
                return text;
            }
            QString numbers()
            {
                const auto row = registry.handlers().front();
                return PlainBacklog::numbersOf(row.waiting, row.merged, row.dropped);
            }
        };
        RowRandom random(QTest::currentDataTag());
        QCOMPARE(differenceFrom(model, Subject{registry, id, target, clock, calls}, random, scaled(60)), QString());
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
        std::vector<Call> calls;
        const BacklogOf<int> backlog = backlogOf(keep, when, wanted);
        HandlerId id;
        if (what == What::Event) {
            id = registry.registerHandler(&context, [&](const int &event) { calls.push_back({{event}, 0}); },
                                          {.once = true, .delivery = SignalBox::Delivery::Queued, .backlog = backlog});
        } else {
            id = registry.registerHandler(&context, [&](const EventBatch<int> &batch) { calls.push_back({{batch.begin(), batch.end()}, batch.lost()}); },
                                          {.once = true, .backlog = backlog});
        }
        runQueuedCalls();
        PlainBacklog model(keep, when, wanted, what);
        for (const int event : {2, 3, 4, 6, 7, 8}) {
            registry.post(event);
            model.post(event);
        }
        if (when == When::OnDemand)
            QVERIFY(registry.deliver(id));
        else
            QVERIFY(clock.advance(10ms));
        model.advance(interval);
        model.deliver();
        runQueuedCalls();
        QCOMPARE(textOf(calls), textOf({model.calls.front()}));
        QVERIFY(registry.isEmpty());
    }
};

QTEST_GUILESS_MAIN(KeepAndWhen)
#include "tst_keepandwhen.moc"
