// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <algorithm>

// How what waits becomes rows, step by step.

namespace SignalBox {

// More runs of rows cost a view more than one change of the order.
static constexpr std::size_t mostRuns = 8;

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
    for (const Waiting &event : taken) {
        if (event.row)
            event.row->waiting = -1;
    }
    if (!isKeyed()) {
        auto excess = static_cast<std::int64_t>(store.count()) + static_cast<std::int64_t>(taken.size()) - capacity;
        for (detail::ModelRow *row = store.first(); row && excess > 0; --excess)
            leave(std::exchange(row, row->after));
    }
    const bool isPlain = !isKeyed() && !filter.isSet() && order.by == detail::RowOrder::By::Arrival; // nothing to ask
    if (isPlain)
        entering.reserve(taken.size());
    isReading = true;
    for (Waiting &event : taken) {
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
    if (isKeyed())
        event.detach();
    const bool isWanted = !filter.isSet() || filter.isTrue(event, true);
    if (!q)
        return;
    detail::SortKey sortKey = isWanted ? readSortKey(event) : detail::SortKey();
    if (!q)
        return;
    row->isNew = false;
    if (row->isShown() && isWanted) {
        changes.push_back({std::move(event), std::move(sortKey), row});
        return;
    }
    row->event = std::move(event);
    if (row->isShown()) {
        leaving.push_back(row);
    } else if (isWanted) {
        row->setSortKey(std::move(sortKey));
        entering.push_back(row);
    }
}

void EventModel::Private::leave(detail::ModelRow *row)
{
    row->isLeaving = true;
    if (row->isShown())
        leaving.push_back(row);
    else
        store.remove(row);
}

void EventModel::Private::arrangeUpdate()
{
    const auto isBefore = [](const detail::ModelRow *a, const detail::ModelRow *b) { return a->place < b->place; };
    if (!std::is_sorted(leaving.begin(), leaving.end(), isBefore)) // of a ring they are
        std::sort(leaving.begin(), leaving.end(), isBefore);
    std::sort(changes.begin(), changes.end(),
              [](const Change &a, const Change &b) { return a.row->place > b.row->place; });
    order.sort(entering);
}

// Of all rows, after another filter has been set.
void EventModel::Private::refilter()
{
    isReading = true;
    for (detail::ModelRow *row = store.first(); row; row = row->after) {
        if (row->isNew)
            continue;
        const bool isWanted = !filter.isSet() || filter.isTrue(row->event, true);
        if (q && isWanted && !row->isShown()) {
            row->setSortKey(readSortKey(row->event));
            entering.push_back(row);
        } else if (!isWanted && row->isShown()) {
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
    std::vector<detail::ModelRow *> rows = shown.all();
    for (detail::ModelRow *row : rows) {
        row->setSortKey(readSortKey(row->event));
        if (!q)
            return;
    }
    isReading = false;
    order.sort(rows);
    if (rows != shown.all())
        reorder(rows);
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

// --- steps ---------------------------------------------------------------------------------------

bool EventModel::Private::step()
{
    if (!leaving.empty())
        removeStep();
    else if (!changes.empty())
        changeStep();
    else if (!entering.empty())
        enterStep();
    else if (!moved.empty())
        orderStep();
    else
        return false;
    return true;
}

// The last run of them; many runs are put together at the end before.
void EventModel::Private::removeStep()
{
    const std::vector<std::pair<int, int>> runs = shown.runsOf(leaving);
    if (runs.size() > mostRuns) {
        std::vector<detail::ModelRow *> rows = without(shown.all(), leaving);
        rows.insert(rows.end(), leaving.begin(), leaving.end());
        reorder(rows);
        return;
    }
    const auto [first, last] = runs.back();
    isChanging = true;
    q->beginRemoveRows({}, first, last);
    shown.remove(first, last);
    for (int count = last - first + 1; count > 0; --count) {
        detail::ModelRow *const row = leaving.back();
        leaving.pop_back();
        if (row->isLeaving)
            store.remove(row);
    }
    isChanging = false;
    q->endRemoveRows();
}

// One signal for each run of rows. Their events change with it: a proxy that puts one row into its place looks at others.
void EventModel::Private::changeStep()
{
    const int first = shown.indexOf(changes.back().row);
    int last = first;
    for (bool isRun = true; isRun; isRun = !changes.empty() && shown.indexOf(changes.back().row) == last + 1) {
        Change &change = changes.back();
        detail::ModelRow *const row = change.row;
        last = shown.indexOf(row);
        row->event = std::move(change.event);
        if (order.by == detail::RowOrder::By::SortKey && detail::RowOrder::compare(row->sortKey(), change.sortKey) != 0)
            moved.push_back(row);
        row->setSortKey(std::move(change.sortKey));
        changes.pop_back();
    }
    if (!columns.empty())
        Q_EMIT q->dataChanged(q->index(first, 0), q->index(last, static_cast<int>(columns.size()) - 1));
}

// The last run of them; many runs, or those of a model whose order has to be changed anyway, come at the end, and take their places together.
void EventModel::Private::enterStep()
{
    int place = shown.count();
    std::vector<detail::ModelRow *> rows;
    const bool isAtEnd = shown.count() == 0 || order.isLess(shown.at(shown.count() - 1), entering.front());
    if (!moved.empty() || isAtEnd || entryRuns() > mostRuns) {
        if (!moved.empty() || !isAtEnd)
            moved.insert(moved.end(), entering.begin(), entering.end());
        rows.swap(entering);
    } else {
        place = placeOf(entering.back());
        auto first = entering.end() - 1;
        while (first != entering.begin() && placeOf(*(first - 1)) == place)
            --first;
        rows.assign(first, entering.end());
        entering.erase(first, entering.end());
    }
    isChanging = true;
    q->beginInsertRows({}, place, place + static_cast<int>(rows.size()) - 1);
    shown.insert(place, rows);
    isChanging = false;
    q->endInsertRows();
}

std::size_t EventModel::Private::entryRuns() const
{
    std::size_t runs = 0;
    int before = -1;
    for (const detail::ModelRow *row : entering) {
        const int place = placeOf(row);
        runs += place != before;
        before = place;
        if (runs > mostRuns)
            break;
    }
    return runs;
}

// Where it enters. The shown ones are in order.
int EventModel::Private::placeOf(const detail::ModelRow *row) const
{
    int first = 0;
    for (int count = shown.count(); count > 0;) {
        const int half = count / 2;
        const bool isAfter = order.isLess(shown.at(first + half), row);
        first += isAfter ? half + 1 : 0;
        count = isAfter ? count - half - 1 : half;
    }
    return first;
}

// Rows in the order of their places, but for some; those are put in that order, too.
std::vector<detail::ModelRow *> EventModel::Private::without(const std::vector<detail::ModelRow *> &all,
                                                             std::vector<detail::ModelRow *> &some) const
{
    std::sort(some.begin(), some.end(),
              [](const detail::ModelRow *a, const detail::ModelRow *b) { return a->place < b->place; });
    std::vector<detail::ModelRow *> rest;
    rest.reserve(all.size());
    auto next = all.begin();
    for (const detail::ModelRow *row : some) {
        const auto place = all.begin() + shown.indexOf(row);
        rest.insert(rest.end(), next, place);
        next = place + 1;
    }
    rest.insert(rest.end(), next, all.end());
    return rest;
}

// Those that may stand in a wrong place are sorted, and merged with the others.
void EventModel::Private::orderStep()
{
    std::vector<detail::ModelRow *> moving;
    moving.swap(moved);
    const std::vector<detail::ModelRow *> before = shown.all();
    const std::vector<detail::ModelRow *> staying = without(before, moving);
    order.sort(moving);
    const std::vector<detail::ModelRow *> rows = order.merged(staying, moving);
    if (rows != before)
        reorder(rows);
}

void EventModel::Private::reorder(const std::vector<detail::ModelRow *> &rows)
{
    isChanging = true;
    Q_EMIT q->layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    if (!q)
        return;
    const std::vector<detail::ModelRow *> before = shown.all();
    const QModelIndexList from = q->persistentIndexList();
    shown.setOrder(rows);
    QModelIndexList to;
    to.reserve(from.size());
    for (const QModelIndex &index : from)
        to.append(q->createIndex(shown.indexOf(before[static_cast<std::size_t>(index.row())]), index.column()));
    q->changePersistentIndexList(from, to);
    isChanging = false;
    Q_EMIT q->layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

} // namespace SignalBox
