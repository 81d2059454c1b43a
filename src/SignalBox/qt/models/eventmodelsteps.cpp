// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>
#include <SignalBox/qt/models/rownumbers_p.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

// The steps of an update: each tells the views once.

namespace SignalBox {

bool EventModel::Private::step()
{
    if (!leaving.empty() && !isLeavingLast)
        removeStep();
    else if (!changes.empty())
        changeStep();
    else if (!entering.empty())
        enterStep();
    else if (!moved.empty())
        orderStep();
    else if (!leaving.empty())
        removeStep();
    else
        return false;
    return true;
}

// The last run of them; many runs are put together at the end before.
void EventModel::Private::removeStep()
{
    const std::vector<std::pair<int, int>> runs = shown.runsOf(leaving);
    if (runs.size() > mostRuns) {
        std::vector<detail::ModelRow *> rows = without(leaving);
        rows.insert(rows.end(), leaving.begin(), leaving.end());
        reorder(std::move(rows));
        return;
    }
    const auto [first, last] = runs.back();
    isChanging = true;
    q->beginRemoveRows({}, first, last);
    shown.remove(first, last);
    for (int count = last - first + 1; count > 0; --count) {
        detail::ModelRow *const row = leaving.back();
        leaving.pop_back();
        if (const std::size_t rest = leaving.size(); rest > detail::prefetchDistance) {
            leaving[rest - detail::prefetchDistance - 1]->prefetch();
            leaving[rest - detail::prefetchDistance - 1]->prefetchLinks();
            store.prefetchNeighbours(leaving[rest - detail::prefetchDistance / 2]);
        }
        if (row->isLeaving) {
            drop(row->event);
            store.remove(row);
        }
    }
    isChanging = false;
    q->endRemoveRows();
}

// One signal for each run of rows. Many runs are joined, over rows between them, if the order changes next: views then look at all rows anyway. But
// rows with persistent indexes are not told of unless they have changed: one may be edited, and the view would replace what was typed.
// The events change with the signal: a proxy that puts one row into its place looks at others.
void EventModel::Private::changeStep()
{
    const int first = shown.indexOf(changes.back().row);
    int last = first;
    const auto isNext = [&](int row) {
        if (row <= last + 1 || !areRunsJoined)
            return row <= last + 1;
        const auto between = std::upper_bound(persistentRows.begin(), persistentRows.end(), last);
        return between == persistentRows.end() || *between >= row;
    };
    while (!changes.empty() && isNext(shown.indexOf(changes.back().row))) {
        Change change = std::move(changes.back());
        changes.pop_back();
        if (const std::size_t rest = changes.size(); rest > detail::prefetchDistance) {
            changes[rest - detail::prefetchDistance - 1].event.prefetch();
            changes[rest - detail::prefetchDistance - 1].row->prefetch();
            changes[rest - detail::prefetchDistance / 2].row->event.prefetch(); // which goes
        }
        detail::ModelRow *const row = change.row;
        last = shown.indexOf(row);
        if (isKeyed())
            change.event.detach(); // here, where the copy gets the memory that the change before has freed
        std::swap(row->event, change.event);
        row->sortKey = std::move(change.sortKey);
        if (change.isMoved)
            moved.push_back(row);
        drop(change.event);
    }
    if (!columns.empty())
        Q_EMIT q->dataChanged(q->index(first, 0), q->index(last, static_cast<int>(columns.size()) - 1));
}

// The last run of them; many runs, or those of a model whose order has to be changed anyway, come at the end, and take their places together.
void EventModel::Private::enterStep()
{
    int place = shown.count();
    std::vector<detail::ModelRow *> rows;
    const bool isInPlace = moved.empty() && isEntryAtEnd();
    if (!moved.empty() || isInPlace || entryRuns() > mostRuns) {
        if (!isInPlace)
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

// The shown rows are in order.
bool EventModel::Private::isEntryAtEnd() const
{
    return shown.count() == 0 || order.isLess(shown.at(shown.count() - 1), entering.front());
}

std::size_t EventModel::Private::entryRuns() const
{
    if (entering.empty() || isEntryAtEnd())
        return entering.empty() ? 0 : 1;
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

// The shown rows but for some.
std::vector<detail::ModelRow *> EventModel::Private::without(const std::vector<detail::ModelRow *> &some) const
{
    detail::RowNumbers numbers(shown.count());
    for (const detail::ModelRow *row : some)
        numbers.insert(shown.indexOf(row));
    const std::span<detail::ModelRow *const> all = shown.all();
    std::vector<detail::ModelRow *> rest;
    rest.reserve(all.size());
    auto next = all.begin();
    numbers.forEachRun([&](std::ptrdiff_t first, std::ptrdiff_t end) {
        rest.insert(rest.end(), next, all.begin() + first);
        next = all.begin() + end;
    });
    rest.insert(rest.end(), next, all.end());
    return rest;
}

// Those that may stand in a wrong place are sorted, and merged with the others. Those that leave come last.
void EventModel::Private::orderStep()
{
    std::vector<detail::ModelRow *> moving;
    moving.swap(moved);
    std::vector<detail::ModelRow *> notStaying = moving;
    notStaying.insert(notStaying.end(), leaving.begin(), leaving.end());
    order.sort(moving);
    std::vector<detail::ModelRow *> rows = order.merged(without(notStaying), moving);
    rows.insert(rows.end(), leaving.begin(), leaving.end());
    reorder(std::move(rows));
}

// Nothing is told if they stand in that order already.
void EventModel::Private::reorder(std::vector<detail::ModelRow *> rows)
{
    if (std::equal(rows.begin(), rows.end(), shown.all().begin(), shown.all().end()))
        return;
    isChanging = true;
    Q_EMIT q->layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    if (!q)
        return;
    const QModelIndexList from = q->persistentIndexList();
    std::vector<const detail::ModelRow *> ofIndexes;
    ofIndexes.reserve(static_cast<std::size_t>(from.size()));
    for (const QModelIndex &index : from)
        ofIndexes.push_back(shown.at(index.row()));
    shown.setOrder(std::move(rows));
    QModelIndexList to;
    to.reserve(from.size());
    for (qsizetype i = 0; i < from.size(); ++i)
        to.append(q->createIndex(shown.indexOf(ofIndexes[static_cast<std::size_t>(i)]), from[i].column()));
    q->changePersistentIndexList(from, to);
    isChanging = false;
    Q_EMIT q->layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

} // namespace SignalBox
