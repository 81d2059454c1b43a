// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qrunnable.h>
#include <QtCore/qthreadpool.h>

#include <algorithm>
#include <iterator>

// How snapshots come into a model, and how what they replace goes.

namespace SignalBox {

namespace {

// What QThreadPool::start() would make of a function, which ThreadSanitizer sees handed over.
template <class F>
class PoolCall final : public QRunnable
{
public:
    explicit PoolCall(F function) : m_function(std::move(function)) {}
    void run() override { m_function(); }

private:
    detail::HandOver<F> m_function;
};

} // namespace

// --- what is not needed any more ------------------------------------------------------------------

// Nobody has told the views of that yet.
void EventModel::Private::drop(detail::EventRow &event)
{
    if (isComparedElsewhere)
        dropped.rows.push_back(std::move(event));
    event = detail::EventRow();
}

// What a snapshot replaces is much, and lies all over the memory: to destroy it takes as long as to change the rows. Where the pool is busy, it is
// done here: it would grow in its queue.
void EventModel::Private::destroyDropped()
{
    constexpr std::size_t few = 64; // to wake a thread for them would cost more
    constexpr long mostCalls = 2;
    if (dropped.isEmpty())
        return;
    detail::DroppedEvents events = std::exchange(dropped, {});
    if (events.areMoreThan(few) && destroying.use_count() <= mostCalls) {
        auto destroy = [events = std::move(events), counted = destroying]() mutable { events = {}; };
        QThreadPool::globalInstance()->start(new PoolCall(std::move(destroy)));
    }
}

// --- snapshots -----------------------------------------------------------------------------------

void EventModel::Private::takeSnapshot(const detail::Batch &batch)
{
    received += batch.size() + batch.lost();
    lost += batch.dropped();
    if (!batch.isEmpty()) {
        const detail::Event &event = batch.eventAt(batch.size() - 1);
        event.addReference();
        if (newestSnapshot && isComparedElsewhere)
            dropped.snapshots.push_back(std::move(newestSnapshot));
        newestSnapshot = detail::EventPointer(&event);
        destroyDropped();
    }
    if (isPaused)
        tell();
    else
        computeDifference();
}

// One at a time. A function of the program that reads keys runs here; members are read elsewhere.
void EventModel::Private::computeDifference()
{
    if (isComputing || !newestSnapshot)
        return;
    const auto self = shared_from_this();
    detail::EventPointer snapshot = std::exchange(newestSnapshot, detail::EventPointer());
    if (!isComparedElsewhere) {
        const bool wasReading = std::exchange(isReading, true); // by an event loop that a filter has opened
        isComputing = true;
        detail::SnapshotDifference difference = snapshots->differenceTo(*snapshot);
        isComputing = false;
        isReading = wasReading;
        if (q)
            takeDifference(std::move(difference));
        return;
    }
    isComputing = true;
    struct Work
    {
        detail::EventPointer snapshot;
        std::shared_ptr<detail::SnapshotState> state;
        detail::SnapshotDifference difference;
    };
    auto work = std::make_shared<Work>();
    work->snapshot = std::move(snapshot);
    work->state = snapshots;
    QThreadPool::globalInstance()->start(new PoolCall([work, back = this->back] {
        work->difference = work->state->differenceTo(*work->snapshot);
        work->snapshot = detail::EventPointer();
        const std::lock_guard lock(back->mutex);
        if (!back->model)
            return;
        detail::postCall(back->model, [work, back] {
            Private *const model = back->owner; // its thread's: the call goes with the model
            model->isComputing = false;
            if (model->snapshots == work->state)
                model->takeDifference(std::move(work->difference));
            else
                model->computeDifference();
        });
    }));
}

void EventModel::Private::takeDifference(detail::SnapshotDifference &&difference)
{
    const auto self = shared_from_this();
    if (difference.isRefused) {
        ++lost;
        refuse("EventModel",
               "with `snapshot`, an event must be a list of rows, whose type is a Q_GADGET or declared by "
               "Q_DECLARE_METATYPE");
        tell();
        return;
    }
    lost += difference.lost;
    if (incoming.empty())
        incoming.swap(difference.events);
    else
        std::move(difference.events.begin(), difference.events.end(), std::back_inserter(incoming));
    show();
    if (q && !isPaused)
        computeDifference(); // what has come meanwhile
}

} // namespace SignalBox
