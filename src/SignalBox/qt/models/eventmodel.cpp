// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel.h>

#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/models/eventmodel_p.h>

#include <algorithm>

// What a program sets. A setter first finishes the update that is being made, and ends with what it changes.

namespace SignalBox {

EventModel::EventModel(QObject *parent)
    : QAbstractTableModel(parent), d(std::make_shared<Private>(*this))
{
}

EventModel::~EventModel()
{
    d->end();
}

void EventModel::Private::end()
{
    {
        const std::lock_guard lock(back->mutex);
        back->model = nullptr;
    }
    handler = {};
    q = nullptr;
}

void EventModel::refuse(const char *caller, const char *problem)
{
    detail::warnRefused(caller, QLatin1String(problem), "nothing was changed");
}

RegistryObject *EventModel::registry() const
{
    return d->registry;
}

void EventModel::setRegistry(RegistryObject *registry, SourceLocation location)
{
    if (d->registry == registry || d->isReadingOrChanging("EventModel::setRegistry()"))
        return;
    const QPointer<EventModel> model(this);
    d->handler = {};
    disconnect(d->destroyed);
    d->registry = registry;
    d->registeredAt = location;
    if (registry) {
        d->destroyed = connect(registry, &QObject::destroyed, this, [this] {
            if (d->registry) // of another thread; this one has another registry by now
                return;
            d->handler = {};
            Q_EMIT registryChanged();
        });
        clear();
        if (model && !d->areColumnsGiven && !d->columns.empty()) {
            d->setColumns({});
            if (model)
                Q_EMIT columnsChanged();
        }
        if (model && d->registry == registry)
            d->listen();
    }
    if (model)
        Q_EMIT registryChanged();
}

QStringList EventModel::columns() const
{
    QStringList names;
    for (const detail::EventColumn &column : d->columns)
        names.append(column.name());
    return names;
}

void EventModel::setColumns(const QStringList &names)
{
    if (names == columns() && d->areColumnsGiven == !names.isEmpty())
        return;
    if (names.contains(QString())) {
        refuse("EventModel::setColumns()", "the name of a column is empty");
        return;
    }
    if (QStringList unique = names; unique.removeDuplicates() != 0) {
        refuse("EventModel::setColumns()", "the name of a column is there twice");
        return;
    }
    const QPointer<EventModel> model(this);
    if (d->isReadingOrChanging("EventModel::setColumns()") || !d->finishUpdate())
        return;
    d->areColumnsGiven = !names.isEmpty();
    d->setColumns(names);
    if (model)
        Q_EMIT columnsChanged();
    if (model && !d->areColumnsGiven && d->columns.empty() && d->store.count() > 0)
        d->findColumns();
}

void EventModel::addReader(const QString &name, detail::EventReader reader)
{
    if (name.isEmpty()) {
        refuse("EventModel::addColumn()", "the name of the column is empty");
        return;
    }
    const QPointer<EventModel> model(this);
    if (d->isReadingOrChanging("EventModel::addColumn()") || !d->finishUpdate())
        return;
    d->readers[name].push_back(std::move(reader));
    QStringList names = d->areColumnsGiven ? columns() : QStringList();
    if (!names.contains(name))
        names.append(name);
    d->areColumnsGiven = true;
    d->setColumns(names);
    if (model)
        Q_EMIT columnsChanged();
    if (model && name == d->key) {
        d->keyColumn = d->column(name);
        d->rekey();
        if (model) {
            d->listen();
            d->show();
        }
    }
}

bool EventModel::addRoleReader(const QString &column, int role, detail::EventReader reader)
{
    const char *const caller = "EventModel::addRole()";
    if (column.isEmpty() || role < 0 || role > Qt::UserRole) {
        refuse(caller, column.isEmpty() ? "the name of the column is empty" : "the role must be one of Qt::ItemDataRole, not above Qt::UserRole");
        return false;
    }
    if (d->isReadingOrChanging(caller) || !d->finishUpdate())
        return false;
    std::vector<detail::EventReader> &ofRole = d->roleReaders[{column, role}];
    if (!reader.type.isValid())
        std::erase_if(ofRole, [](const detail::EventReader &other) { return !other.type.isValid(); });
    ofRole.push_back(std::move(reader));
    if (const QStringList names = columns(); names.contains(column))
        d->setColumns(names);
    return true;
}

bool EventModel::mayChange() const
{
    return !d->isReading && !d->isChanging;
}

std::pair<detail::Event::Content, const detail::Event *> EventModel::eventOf(int row) const
{
    if (row < 0 || row >= count())
        return {};
    const detail::EventRow &event = d->shown.at(row)->event;
    return {event.content(), event.event()};
}

QString EventModel::key() const
{
    return d->key;
}

void EventModel::setKey(const QString &member)
{
    const QPointer<EventModel> model(this);
    if (d->key == member || d->isReadingOrChanging("EventModel::setKey()") || !d->finishUpdate())
        return;
    d->key = member;
    d->keyColumn.reset();
    if (!member.isEmpty())
        d->keyColumn = d->column(member);
    d->rekey();
    if (!model)
        return;
    d->listen();
    d->show();
    if (model)
        Q_EMIT keyChanged();
}

int EventModel::capacity() const
{
    return d->capacity;
}

void EventModel::setCapacity(int rows)
{
    if (rows == capacity())
        return;
    if (rows <= 0) {
        refuse("EventModel::setCapacity()", "the capacity must be positive");
        return;
    }
    const QPointer<EventModel> model(this);
    if (d->isReadingOrChanging("EventModel::setCapacity()") || !d->finishUpdate() || rows == capacity())
        return;
    d->capacity = rows;
    d->leaveExcess();
    if (!d->finishUpdate())
        return;
    // The snapshot before is not known to the next one any more.
    if (d->isSnapshot || (std::min(rows, Private::mostQueued) > d->queueCapacity && !d->isKeyed()))
        d->listen();
    d->show();
    if (model)
        Q_EMIT capacityChanged();
}

int EventModel::interval() const
{
    return d->interval;
}

void EventModel::setInterval(int milliseconds)
{
    if (milliseconds == d->interval)
        return;
    if (milliseconds < 0) {
        refuse("EventModel::setInterval()", "the interval must not be negative");
        return;
    }
    if (d->isReadingOrChanging("EventModel::setInterval()"))
        return;
    d->interval = milliseconds;
    d->listen();
    Q_EMIT intervalChanged();
}

bool EventModel::isPaused() const
{
    return d->isPaused;
}

void EventModel::setPaused(bool paused)
{
    if (d->isPaused == paused)
        return;
    const QPointer<EventModel> model(this);
    d->isPaused = paused;
    if (!paused)
        d->show();
    if (model && !paused)
        d->computeDifference();
    if (model)
        Q_EMIT pausedChanged();
}

// --- rows ----------------------------------------------------------------------------------------

int EventModel::count() const
{
    return d->shown.count();
}

quint64 EventModel::lost() const
{
    return d->lost;
}

quint64 EventModel::received() const
{
    return d->received;
}

void EventModel::clear()
{
    const std::shared_ptr<Private> self = d;
    if (self->isReadingOrChanging("EventModel::clear()") || !self->finishUpdate())
        return;
    if (self->handler.isActive())
        self->listen(); // what waits goes with the handler before
    self->forgetWaiting();
    self->snapshotRows.clear();
    self->lost = self->received = 0;
    if (count() > 0) {
        self->isChanging = true;
        beginRemoveRows({}, 0, count() - 1);
        self->store.clear();
        self->shown.clear();
        self->isChanging = false;
        endRemoveRows();
    } else {
        self->store.clear();
    }
    if (self->q)
        self->tell();
}

// --- for views -----------------------------------------------------------------------------------

int EventModel::role(const QString &column) const
{
    const QStringList names = columns();
    const qsizetype place = names.indexOf(column);
    return place < 0 ? -1 : Qt::UserRole + 1 + static_cast<int>(place);
}

QVariant EventModel::value(int row, const QString &column) const
{
    const int wanted = role(column);
    return wanted < 0 || row < 0 || row >= count() ? QVariant() : data(index(row, 0), wanted);
}

int EventModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

int EventModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(d->columns.size());
}

QVariant EventModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.model() != this || index.row() >= count())
        return {};
    return d->cell(d->shown.at(index.row())->event, index.column(), role);
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    const bool isColumn = orientation == Qt::Horizontal && section >= 0 && section < static_cast<int>(d->columns.size());
    if (!isColumn || role != Qt::DisplayRole)
        return QAbstractTableModel::headerData(section, orientation, role);
    return d->columns[static_cast<std::size_t>(section)].name();
}

QHash<int, QByteArray> EventModel::roleNames() const
{
    QHash<int, QByteArray> names{{Qt::DisplayRole, "display"}};
    for (const auto &[place, column] : d->roles)
        names.insert(place.second, detail::roleName(place.second));
    int role = Qt::UserRole;
    for (const detail::EventColumn &column : d->columns)
        names.insert(++role, column.name().toUtf8());
    return names;
}

} // namespace SignalBox
