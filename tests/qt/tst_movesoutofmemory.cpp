// SPDX-License-Identifier: MIT
#include "failingscene.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qloggingcategory.h>

#include <atomic>
#include <cstdio>
#include <optional>

// What tst_asyncoutofmemory asks of calls, asked of a context that moves to another thread; and what moves keep.

using SignalBox::Backlog;
using SignalBox::Delivery;
using SignalBox::HandlerId;

namespace {

// A context that moves to the worker or from there, with events on their way: each is delivered, or counted as dropped.
class Traveller
{
public:
    Traveller() = default;
    Traveller(const Traveller &) = delete;
    Traveller &operator=(const Traveller &) = delete;
    ~Traveller() { end(); }

    void begin(Scene &scene, const Backlog &backlog)
    {
        end();
        m_calls = 0;
        m_context.emplace();
        m_id = scene.registry.registerHandler(&*m_context, [this](const int &) { ++m_calls; },
                                              {.delivery = Delivery::Queued, .backlog = backlog});
    }
    static void post(Scene &scene)
    {
        for (int i = 0; i < eventCount; ++i)
            scene.registry.post(i);
    }
    void moveTo(QThread *thread) { m_context->moveToThread(thread); }
    void check(Scene &scene, Ending ending)
    {
        CHECK(ending == Ending::Returned);
        checkAllCount(scene, eventCount);
        scene.registry.post(1);
        scene.settle();
        checkAllCount(scene, eventCount + 1);
    }

private:
    static constexpr int eventCount = 3;

    void checkAllCount(Scene &scene, int events)
    {
        bool isThere = false;
        for (const SignalBox::AsyncHandlerInfo &row : scene.registry.handlers()) {
            if (row.id != m_id)
                continue;
            isThere = true;
            CHECK(m_calls + static_cast<int>(row.dropped) == events);
        }
        CHECK(isThere);
    }
    void end()
    {
        if (m_context && m_context->thread() == worker->thread())
            worker->run([this] { m_context.reset(); });
        m_context.reset();
    }

    std::optional<QObject> m_context;
    HandlerId m_id;
    std::atomic<int> m_calls = 0;
};

void contextLeavesWhicheverAllocationFails()
{
    for (const Backlog &backlog : {Backlog::unbounded(), Backlog::bounded(10)}) {
        Traveller traveller;
        eachAllocationFails([&](Scene &) { traveller.moveTo(worker->thread()); },
                            [&](Scene &scene, Ending ending) { traveller.check(scene, ending); },
                            [&](Scene &scene) {
                                traveller.begin(scene, backlog);
                                Traveller::post(scene);
                            },
                            Memory::MayStay);
    }
}

void contextArrivesWhicheverAllocationFails()
{
    QThread *const here = QThread::currentThread();
    for (const Backlog &backlog : {Backlog::unbounded(), Backlog::bounded(10)}) {
        Traveller traveller;
        eachAllocationFails([](Scene &) { QCoreApplication::processEvents(); },
                            [&](Scene &scene, Ending ending) { traveller.check(scene, ending); },
                            [&](Scene &scene) {
                                traveller.begin(scene, backlog);
                                traveller.moveTo(worker->thread());
                                scene.settle();
                                worker->run([&] {
                                    Traveller::post(scene);
                                    traveller.moveTo(here);
                                });
                            },
                            Memory::MayStay);
    }
}

// However often: the lanes of earlier moves serve later ones.
void contextThatMovesOftenKeepsNoMemory()
{
    Scene scene;
    Traveller traveller;
    traveller.begin(scene, Backlog::unbounded());
    QThread *const here = QThread::currentThread();
    long before = 0;
    for (int round = 0; round < 110; ++round) {
        if (round == 10)
            before = liveAllocations();
        Traveller::post(scene);
        traveller.moveTo(worker->thread());
        scene.settle();
        worker->run([&] {
            Traveller::post(scene);
            traveller.moveTo(here);
        });
        scene.settle();
    }
    const long more = liveAllocations() - before;
    if (more > 20)
        std::fprintf(stderr, "     %ld more are live after 200 moves\n", more);
    CHECK(more <= 20); // what libraries keep
}

} // namespace

int main(int argc, char **argv)
{
    QLoggingCategory::setFilterRules(QStringLiteral("signalbox=false"));
    QCoreApplication application(argc, argv);
    WorkerThread thread;
    worker = &thread;
    RUN(contextLeavesWhicheverAllocationFails);
    RUN(contextArrivesWhicheverAllocationFails);
    RUN(contextThatMovesOftenKeepsNoMemory);
    worker = nullptr;
}
