// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

// How what waits becomes an update of the rows; eventmodelsteps.cpp makes it.

namespace SignalBox {

void EventModel::Private::show()
{
    if (isShowing || isReading
        || isChanging) { // in an event loop that a slot has opened: the call further out goes on with what waits
        absorb();
        return;
    }
    const auto self = shared_from_this();
    isShowing = true;
    do {
        if (!finishUpdate() || !absorb())
            return;
        if (isPaused)
            break;
        if (!prepareUpdate() || !finishUpdate())
            return;
    } while (isWaiting() && !isPaused);
    isShowing = false;
    destroyDropped(); // which may destroy the model
    if (q)
        tell();
}

bool EventModel::Private::finishUpdate()
{
    const auto self = shared_from_this();
    while (q && !isChanging && step()) {}
    return q != nullptr;
}

void EventModel::Private::tell()
{
    const auto self = shared_from_this();
    const bool hasCount = std::exchange(toldCount, shown.count()) != shown.count();
    const bool hasLost = std::exchange(toldLost, lost) != lost;
    const bool hasReceived = std::exchange(toldReceived, received) != received;
    if (hasCount)
        Q_EMIT q->countChanged();
    if (q && hasLost)
        Q_EMIT q->lostChanged();
    if (q && hasReceived)
        Q_EMIT q->receivedChanged();
}

bool EventModel::Private::isReadingOrChanging(const char *caller) const
{
    if (!isReading && !isChanging)
        return false;
    refuse(caller,
           isReading ? "it is called by a function that the model calls for its events"
                     : "it is called while rows are about to change");
    return true;
}

// --- what is to be done --------------------------------------------------------------------------

bool EventModel::Private::prepareUpdate()
{
    if (!areColumnsGiven && columns.empty() && !waiting.empty()) {
        findColumns();
        if (!q)
            return false;
        if (isPaused)
            return true;
    }
    std::deque<Waiting> taken;
    taken.swap(waiting);
    leavingCount = 0;
    if (!isKeyed()) {
        auto excess = static_cast<std::int64_t>(store.count()) + static_cast<std::int64_t>(taken.size()) - capacity;
        for (detail::ModelRow *row = store.first(); row && excess > 0; --excess)
            leave(std::exchange(row, row->after));
    }
    const bool isPlain = !isKeyed() && !filter.isSet() && order.by == detail::RowOrder::By::Arrival; // nothing to ask
    if (isPlain)
        entering.reserve(taken.size());
    else if (isKeyed())
        changes.reserve(taken.size());
    isReading = true;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        Waiting &event = taken[i];
        if (event.row)
            event.row->waiting = -1;
        prefetchWaiting(taken, i);
        if (isPlain) {
            detail::ModelRow *const row = store.append();
            row->event = std::move(event.event);
            row->isNew = false;
            entering.push_back(row);
            continue;
        }
        if (event.row && event.row->isLeaving)
            leave(event.row);
        else if (event.event.isValid())
            prepareRow(event.row ? event.row : store.append(), std::move(event.event));
        if (!q)
            return false;
    }
    isReading = false;
    arrangeUpdate();
    return true;
}

// What comes after the next one.
void EventModel::Private::prefetchWaiting(const std::deque<Waiting> &events, std::size_t next)
{
    if (next + detail::prefetchDistance < events.size()) {
        const Waiting &later = events[next + detail::prefetchDistance];
        later.event.prefetch();
        if (later.row)
            later.row->prefetch();
    }
    if (next + detail::prefetchDistance / 2 < events.size())
        events[next + detail::prefetchDistance / 2].event.prefetchValue();
}

void EventModel::Private::prepareRow(detail::ModelRow *row, detail::EventRow event)
{
    if (merge && !isSnapshot && !row->isNew) {
        std::optional<detail::EventRow> merged = detail::mergedRow(*merge, row->event, event, hasMergeFailed);
        if (!merged) {
            ++lost;
            return;
        }
        event = *std::move(merged);
    }
    const bool isWanted = !filter.isSet() || filter.isTrue(event, true);
    if (!q)
        return;
    detail::SortKey sortKey = isWanted ? readSortKey(event) : detail::SortKey();
    if (!q)
        return;
    row->isNew = false;
    if (shown.contains(row) && isWanted) {
        const bool isMoved =
                order.by == detail::RowOrder::By::SortKey && detail::RowOrder::compare(row->sortKey, sortKey) != 0;
        changes.push_back({std::move(event), std::move(sortKey), row, isMoved});
        return;
    }
    if (isKeyed())
        event.detach();
    std::swap(row->event, event);
    if (shown.contains(row)) {
        leaving.push_back(row);
    } else if (isWanted) {
        row->sortKey = std::move(sortKey);
        entering.push_back(row);
    }
    drop(event);
}

void EventModel::Private::leave(detail::ModelRow *row)
{
    row->isLeaving = true;
    if (shown.contains(row)) {
        leaving.push_back(row);
        return;
    }
    detail::EventRow event = std::move(row->event);
    store.remove(row);
    drop(event);
}

void EventModel::Private::arrangeUpdate()
{
    const auto isBefore = [this](const detail::ModelRow *a, const detail::ModelRow *b) {
        return shown.indexOf(a) < shown.indexOf(b);
    };
    if (!std::is_sorted(leaving.begin(), leaving.end(), isBefore)) // of a ring they are
        std::sort(leaving.begin(), leaving.end(), isBefore);
    order.sort(entering);
    // If the order has to change anyway, one change of it does all: rows that leave go to the end with it.
    const bool hasMoved =
            std::any_of(changes.begin(), changes.end(), [](const Change &change) { return change.isMoved; });
    isLeavingLast = !leaving.empty() && (hasMoved || entryRuns() > mostRuns) && shown.runsOf(leaving).size() > mostRuns;
    sortChanges();
    areRunsJoined = hasMoved && changeRuns() > mostRuns;
    persistentRows.clear();
    if (areRunsJoined) {
        for (const QModelIndex &index : q->persistentIndexList())
            persistentRows.push_back(index.row());
        std::sort(persistentRows.begin(), persistentRows.end());
    }
}

// The last row comes first. Where many rows change, a pass over all rows is faster than sorting.
void EventModel::Private::sortChanges()
{
    const auto isAfter = [this](const Change &a, const Change &b) { return shown.indexOf(a.row) > shown.indexOf(b.row); };
    if (std::is_sorted(changes.begin(), changes.end(), isAfter))
        return;
    const auto count = static_cast<std::size_t>(shown.count());
    if (changes.size() < count / 16) {
        std::sort(changes.begin(), changes.end(), isAfter);
        return;
    }
    std::vector<Change *> ofRows(count); // null: it does not change
    for (Change &change : changes)
        ofRows[static_cast<std::size_t>(shown.indexOf(change.row))] = &change;
    std::vector<Change> sorted;
    sorted.reserve(changes.size());
    for (auto place = ofRows.rbegin(); place != ofRows.rend(); ++place) {
        if (*place)
            sorted.push_back(std::move(**place));
    }
    changes = std::move(sorted);
}

std::size_t EventModel::Private::changeRuns() const
{
    std::size_t runs = 0;
    int before = -1;
    for (const Change &change : changes) {
        const int index = shown.indexOf(change.row);
        runs += std::exchange(before, index) != index + 1;
    }
    return runs;
}

// Of all rows, after another filter has been set.
void EventModel::Private::refilter()
{
    isReading = true;
    for (detail::ModelRow *row = store.first(); row; row = row->after) {
        if (row->isNew)
            continue;
        const bool isWanted = !filter.isSet() || filter.isTrue(row->event, true);
        if (q && isWanted && !shown.contains(row)) {
            row->sortKey = readSortKey(row->event);
            entering.push_back(row);
        } else if (!isWanted && shown.contains(row)) {
            leaving.push_back(row);
        }
        if (!q)
            return;
    }
    isReading = false;
    arrangeUpdate();
}

// After the order, or what it is by, has changed.
void EventModel::Private::resort()
{
    isReading = true;
    std::vector<detail::ModelRow *> rows(shown.all().begin(), shown.all().end());
    for (detail::ModelRow *row : rows) {
        row->sortKey = readSortKey(row->event);
        if (!q)
            return;
    }
    isReading = false;
    order.sort(rows);
    reorder(std::move(rows));
}

// There is room for fewer rows: the oldest go; with a key, the last ones.
void EventModel::Private::leaveExcess()
{
    for (; !isKeyed() && waiting.size() > static_cast<std::size_t>(capacity); ++lost)
        waiting.pop_front();
    int excess = store.count() - leavingCount - capacity;
    detail::ModelRow *row = isKeyed() ? store.last() : store.first();
    while (row && excess > 0) {
        detail::ModelRow *const next = isKeyed() ? row->before : row->after;
        if (!row->isLeaving) {
            --excess;
            if (row->waiting >= 0)
                waiting[static_cast<std::size_t>(row->waiting)] = {};
            row->waiting = -1;
            lost += row->isNew ? 1 : 0;
            leave(row);
        }
        row = next;
    }
    arrangeUpdate();
}

} // namespace SignalBox
