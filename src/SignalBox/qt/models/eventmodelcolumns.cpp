// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <algorithm>
#include <iterator>

// What the columns of a model show of its events, and their keys.

namespace SignalBox {

detail::EventColumn EventModel::Private::column(const QString &name) const
{
    const auto place = readers.find(name);
    return detail::EventColumn(name, place == readers.end() ? std::vector<detail::EventReader>() : place->second);
}

void EventModel::Private::setColumns(const QStringList &names)
{
    const auto self = shared_from_this();
    q->beginResetModel();
    columns.clear();
    roles.clear();
    for (const QString &name : names)
        columns.push_back(column(name));
    for (const auto &[role, ofRole] : roleReaders) {
        if (const qsizetype place = names.indexOf(role.first); place >= 0)
            roles.emplace(std::pair(static_cast<int>(place), role.second), detail::EventColumn(role.first, ofRole));
    }
    q->endResetModel();
    if (q && order.by == detail::RowOrder::By::SortKey)
        resort();
}

const detail::EventRow *EventModel::Private::firstEvent() const
{
    for (const Waiting &event : waiting) {
        if (event.event.isValid())
            return &event.event;
    }
    for (const detail::ModelRow *row = store.first(); row; row = row->after) {
        if (!row->isNew)
            return &row->event;
    }
    return nullptr;
}

void EventModel::Private::findColumns()
{
    const detail::EventRow *const event = firstEvent();
    const QStringList names = event ? detail::EventColumn::membersOf(event->content()) : QStringList();
    if (names.isEmpty())
        return;
    const auto self = shared_from_this();
    setColumns(names);
    if (q)
        Q_EMIT q->columnsChanged();
}

QVariant EventModel::Private::cell(const detail::EventRow &event, int column, int role) const
{
    if (!roles.empty()) {
        if (const auto place = roles.find({column, role}); place != roles.end())
            return place->second.read(event);
    }
    const int wanted = role == Qt::DisplayRole ? column : role - (Qt::UserRole + 1);
    if (wanted < 0 || wanted >= static_cast<int>(columns.size()))
        return {};
    return columns[static_cast<std::size_t>(wanted)].read(event);
}

detail::SortKey EventModel::Private::readSortKey(const detail::EventRow &event) const
{
    if (order.by == detail::RowOrder::By::Arrival || sortColumn >= static_cast<int>(columns.size()))
        return {};
    return detail::SortKey(cell(event, sortColumn, sortRole));
}

// All rows get the keys of another column, or none.
void EventModel::Private::rekey()
{
    const auto self = shared_from_this();
    isChanging = true;
    q->beginResetModel();
    if (!q)
        return;
    std::deque<detail::EventRow> events;
    for (detail::ModelRow *row = store.first(); row; row = row->after) {
        if (!row->isNew)
            events.push_back(std::move(row->event));
    }
    std::vector<detail::IncomingEvent> again;
    for (Waiting &event : waiting) {
        if (event.event.isValid())
            again.push_back({.event = std::move(event.event)});
    }
    for (detail::IncomingEvent &event : incoming)
        again.push_back({.event = std::move(event.event), .count = event.count});
    waiting.clear();
    leavingCount = 0;
    incoming.clear();
    store.clear();
    snapshotRows.clear();
    shown.clear();
    isReading = true;
    std::vector<detail::ModelRow *> rows;
    for (detail::EventRow &event : events) {
        const bool isRead = keyColumn.has_value();
        QVariant rowKey = isRead ? keyColumn->read(event) : isSnapshot ? QVariant(store.count()) : QVariant();
        if (!q)
            return;
        if (isKeyed() && !detail::isEventKey(rowKey))
            continue;
        detail::ModelRow *row = nullptr;
        if (isKeyed()) {
            event.detach();
            const std::size_t hash = detail::RowStore::hashOf(rowKey);
            row = store.find(rowKey, hash);
            if (!row)
                row = store.append(std::move(rowKey), hash);
        } else {
            row = store.append();
        }
        row->event = std::move(event);
        row->isNew = false;
    }
    for (detail::ModelRow *row = store.first(); row; row = row->after) {
        const bool isWanted = !filter.isSet() || filter.isTrue(row->event, true);
        if (q && isWanted)
            row->sortKey = readSortKey(row->event);
        if (!q)
            return;
        if (isWanted)
            rows.push_back(row);
    }
    isReading = false;
    order.sort(rows);
    shown.insert(0, rows);
    std::move(incoming.begin(), incoming.end(), std::back_inserter(again)); // came while a function was asked
    incoming = std::move(again);
    isChanging = false;
    q->endResetModel();
}

} // namespace SignalBox
