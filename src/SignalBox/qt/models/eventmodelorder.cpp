// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <utility>

// Which rows are shown, in which order.

namespace SignalBox {

QString EventModel::removes() const
{
    return d->removesMember;
}

void EventModel::setRemovesMember(const QString &member)
{
    if (member == d->removesMember)
        return;
    detail::EventPredicate predicate;
    if (!member.isEmpty()) {
        predicate = [name = member, property = member.toUtf8()](const detail::Event::Content &content,
                                                                const detail::Event *) {
            return std::optional<bool>(detail::EventColumn::memberOf(content, name, property).toBool());
        };
    }
    setRemovesPredicate(std::move(predicate), member);
}

void EventModel::setRemovesPredicate(detail::EventPredicate predicate, const QString &member)
{
    if (d->isReadingOrChanging("EventModel::setRemoves()"))
        return;
    d->removes.set(std::move(predicate));
    if (std::exchange(d->removesMember, member) != member)
        Q_EMIT removesChanged();
}

bool EventModel::setFilterPredicate(detail::EventPredicate predicate)
{
    if (d->isReadingOrChanging("EventModel::setFilter()") || !d->finishUpdate())
        return false;
    d->filter.set(std::move(predicate));
    refilter();
    return true;
}

void EventModel::clearFilter()
{
    if (d->filter.isSet())
        setFilterPredicate({});
}

void EventModel::refilter()
{
    const std::shared_ptr<Private> self = d;
    if (self->isReadingOrChanging("EventModel::refilter()") || !self->finishUpdate())
        return;
    self->refilter();
    if (self->finishUpdate())
        self->show();
}

bool EventModel::setMergeFunction(detail::EventMerge merge)
{
    if (d->isReadingOrChanging("EventModel::setMerge()"))
        return false;
    d->merge = std::move(merge);
    d->hasMergeFailed = false;
    d->listen();
    return true;
}

int EventModel::sortColumn() const
{
    return d->sortColumn;
}

void EventModel::setSortColumn(int column)
{
    sort(column, d->order.direction);
}

Qt::SortOrder EventModel::sortOrder() const
{
    return d->order.direction;
}

void EventModel::setSortOrder(Qt::SortOrder order)
{
    sort(d->sortColumn, order);
}

void EventModel::sort(int column, Qt::SortOrder order)
{
    if (column < -1 || (order != Qt::AscendingOrder && order != Qt::DescendingOrder)) {
        refuse("EventModel::sort()",
               column < -1 ? "the column must not be less than -1" : "the order must be ascending or descending");
        return;
    }
    const bool isOtherColumn = d->sortColumn != column;
    const bool isOtherOrder = d->order.direction != order;
    const std::shared_ptr<Private> self = d;
    if ((!isOtherColumn && !isOtherOrder) || self->isReadingOrChanging("EventModel::sort()") || !self->finishUpdate())
        return;
    self->sortColumn = column;
    self->order.direction = order;
    self->order.by = column < 0 ? detail::RowOrder::By::Arrival : detail::RowOrder::By::SortKey;
    self->resort();
    if (self->q && isOtherColumn)
        Q_EMIT sortColumnChanged();
    if (self->q && isOtherOrder)
        Q_EMIT sortOrderChanged();
    if (self->q)
        self->show();
}

int EventModel::sortRole() const
{
    return d->sortRole;
}

void EventModel::setSortRole(int role)
{
    const std::shared_ptr<Private> self = d;
    if (role == d->sortRole || self->isReadingOrChanging("EventModel::setSortRole()") || !self->finishUpdate())
        return;
    if (role < 0) {
        refuse("EventModel::setSortRole()", "the role must not be negative");
        return;
    }
    self->sortRole = role;
    self->resort();
    if (self->q)
        Q_EMIT sortRoleChanged();
    if (self->q)
        self->show();
}

bool EventModel::isSnapshot() const
{
    return d->isSnapshot;
}

void EventModel::setSnapshot(bool isSnapshot)
{
    const QPointer<EventModel> model(this);
    if (d->isSnapshot == isSnapshot || d->isReadingOrChanging("EventModel::setSnapshot()"))
        return;
    d->handler = {}; // so that nothing comes while views are told that the rows have gone
    d->newestSnapshot = {};
    d->snapshots = std::make_shared<detail::SnapshotState>();
    clear();
    if (!model)
        return;
    d->isSnapshot = isSnapshot;
    d->listen();
    Q_EMIT snapshotChanged();
}

} // namespace SignalBox
