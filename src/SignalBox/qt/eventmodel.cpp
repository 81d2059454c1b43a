// SPDX-License-Identifier: MIT
#include <SignalBox/qt/eventmodel.h>

#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/eventrows_p.h>
#include <SignalBox/qt/models/memberpolicy.h>

#include <QtCore/qpointer.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace SignalBox {

// Their places are allocated at once.
static constexpr int mostQueued = 1'000'000;

// Between two steps the views run foreign code, which may change the model in any way, or destroy it.
class EventModel::Private
{
public:
    explicit Private(EventModel &model) : q(model) {}

    void listen();
    void take(const detail::Batch &batch);
    void show();
    void showRows();
    void tell();
    void removeFirst(int count);
    void tellUpdated(const std::vector<int> &updated);
    void findColumns();
    void setColumns(const QStringList &names);
    detail::EventColumn column(const QString &name) const;
    std::optional<detail::EventColumn> keyColumn() const;
    std::shared_ptr<const detail::EventPolicy> rowKey() const;

    EventModel &q;
    QPointer<RegistryObject> registry;
    SourceLocation registeredAt; // where it was set; empty: by its property
    QMetaObject::Connection destroyed;
    HandlerGuard handler;
    int queueCapacity = 0; // of that handler, if it has no key

    std::map<QString, std::vector<detail::EventReader>> readers; // of columns and the key, by their names
    std::vector<detail::EventColumn> columns;
    bool areColumnsGiven = false;
    QString key;

    int interval = 16;
    bool isPaused = false;
    bool isShowing = false;
    unsigned resets = 0; // of rows: what was known of them before is out of date

    detail::EventRows rows;
    int toldCount = 0;
    quint64 toldLost = 0;
    quint64 toldReceived = 0;
};

// --- events --------------------------------------------------------------------------------------

void EventModel::Private::listen()
{
    handler = {};
    if (!registry)
        return;
    const auto taking = [this](const detail::Batch &batch) { take(batch); };
    const QString name = q.objectName().isEmpty() ? QStringLiteral("EventModel") : q.objectName();
    const char *const caller = "EventModel";
    if (const std::shared_ptr<const detail::EventPolicy> newestBy = rowKey()) {
        const AsyncOptions options{.name = name, .backlog = Backlog(Backlog::Keep::NewestByKey).every(interval)};
        handler = registry->registerBatchGuard(&q, taking, detail::HandlerSettings(options, newestBy, caller), registeredAt);
        return;
    }
    // With a key, many events may become few rows.
    queueCapacity = rows.isKeyed() ? mostQueued : std::clamp(rows.capacity(), 2, mostQueued); // of 1, what is lost would count as merged
    const AsyncOptions options{.name = name, .backlog = Backlog::newest(queueCapacity).every(interval)};
    handler = registry->registerBatchGuard(&q, taking, detail::HandlerSettings(options, caller), registeredAt);
}

void EventModel::Private::take(const detail::Batch &batch)
{
    rows.countLost(batch.dropped());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const detail::Event &event = batch.eventAt(i);
        event.addReference();
        rows.add(detail::EventRow(detail::EventPointer(&event)), batch.countAt(i));
    }
    show();
}

void EventModel::Private::show()
{
    if (isShowing) // in an event loop that a slot has opened: the call further out goes on with what waits
        return;
    const QPointer<EventModel> model(&q);
    isShowing = true;
    do {
        showRows();
        if (!model)
            return;
    } while (rows.isWaiting() && !isPaused);
    isShowing = false;
    tell();
}

void EventModel::Private::showRows()
{
    const QPointer<EventModel> model(&q);
    if (!areColumnsGiven && columns.empty() && rows.isWaiting())
        findColumns();
    if (!model || isPaused)
        return;
    const std::vector<int> updated = rows.update();
    const unsigned before = resets;
    while (const int excess = rows.excess()) {
        removeFirst(excess);
        if (!model || isPaused)
            return;
    }
    if (std::vector<detail::EventRow> added = rows.takeWaiting(); !added.empty()) {
        q.beginInsertRows({}, rows.count(), rows.count() + static_cast<int>(added.size()) - 1);
        rows.append(std::move(added));
        q.endInsertRows();
    }
    if (model && before == resets)
        tellUpdated(updated);
}

// One signal for each run of rows.
void EventModel::Private::tellUpdated(const std::vector<int> &updated)
{
    const QPointer<EventModel> model(&q);
    const unsigned before = resets;
    const int lastColumn = static_cast<int>(columns.size()) - 1;
    for (auto first = updated.begin(); first != updated.end() && lastColumn >= 0;) {
        auto last = first;
        while (last + 1 != updated.end() && *(last + 1) == *last + 1)
            ++last;
        Q_EMIT q.dataChanged(q.index(*first, 0), q.index(*last, lastColumn));
        if (!model || before != resets)
            return;
        first = last + 1;
    }
}

void EventModel::Private::removeFirst(int count)
{
    q.beginRemoveRows({}, 0, count - 1);
    rows.removeFirst(count);
    ++resets;
    q.endRemoveRows();
}

void EventModel::Private::tell()
{
    const QPointer<EventModel> model(&q);
    const bool hasCount = std::exchange(toldCount, rows.count()) != rows.count();
    const bool hasLost = std::exchange(toldLost, rows.lost()) != rows.lost();
    const bool hasReceived = std::exchange(toldReceived, rows.received()) != rows.received();
    if (hasCount)
        Q_EMIT q.countChanged();
    if (model && hasLost)
        Q_EMIT q.lostChanged();
    if (model && hasReceived)
        Q_EMIT q.receivedChanged();
}

// --- columns -------------------------------------------------------------------------------------

detail::EventColumn EventModel::Private::column(const QString &name) const
{
    const auto place = readers.find(name);
    return detail::EventColumn(name, place == readers.end() ? std::vector<detail::EventReader>() : place->second);
}

std::optional<detail::EventColumn> EventModel::Private::keyColumn() const
{
    if (key.isEmpty())
        return std::nullopt;
    return column(key);
}

// Null if the notifying threads must not read it: a function may use what is the model's thread's.
std::shared_ptr<const detail::EventPolicy> EventModel::Private::rowKey() const
{
    if (key.isEmpty())
        return nullptr;
    const auto place = readers.find(key);
    std::vector<detail::EventReader> ofKey = place == readers.end() ? std::vector<detail::EventReader>() : place->second;
    if (!std::all_of(ofKey.begin(), ofKey.end(), [](const detail::EventReader &reader) { return reader.isMember; }))
        return nullptr;
    return std::make_shared<detail::MemberPolicy>(key, QVariantMap(), detail::MemberPolicy::WithoutKey::OneMoreKey, std::move(ofKey));
}

void EventModel::Private::setColumns(const QStringList &names)
{
    q.beginResetModel();
    ++resets;
    columns.clear();
    for (const QString &name : names)
        columns.push_back(column(name));
    q.endResetModel();
}

void EventModel::Private::findColumns()
{
    const QStringList names = detail::EventColumn::membersOf(rows.isWaiting() ? rows.firstWaiting().content() : rows.at(0).content());
    if (names.isEmpty())
        return;
    const QPointer<EventModel> model(&q);
    setColumns(names);
    if (model)
        Q_EMIT q.columnsChanged();
}

// --- the model -----------------------------------------------------------------------------------

EventModel::EventModel(QObject *parent)
    : QAbstractTableModel(parent), d(std::make_unique<Private>(*this))
{
}

EventModel::~EventModel()
{
    d->handler = {};
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
    if (d->registry == registry)
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
    d->areColumnsGiven = !names.isEmpty();
    d->setColumns(names);
    if (model)
        Q_EMIT columnsChanged();
    if (model && !d->areColumnsGiven && d->columns.empty() && d->rows.count() > 0)
        d->findColumns();
}

void EventModel::addReader(const QString &name, detail::EventReader reader)
{
    if (name.isEmpty()) {
        refuse("EventModel::addColumn()", "the name of the column is empty");
        return;
    }
    d->readers[name].push_back(std::move(reader));
    QStringList names = d->areColumnsGiven ? columns() : QStringList();
    if (!names.contains(name))
        names.append(name);
    d->areColumnsGiven = true;
    const QPointer<EventModel> model(this);
    d->setColumns(names);
    if (model)
        Q_EMIT columnsChanged();
    if (model && name == d->key) {
        beginResetModel();
        ++d->resets;
        d->rows.setKey(d->keyColumn());
        endResetModel();
        if (model) {
            d->listen();
            d->tell();
        }
    }
}

QString EventModel::key() const
{
    return d->key;
}

void EventModel::setKey(const QString &member)
{
    if (d->key == member)
        return;
    const QPointer<EventModel> model(this);
    beginResetModel();
    ++d->resets;
    d->key = member;
    d->rows.setKey(d->keyColumn());
    endResetModel();
    if (!model)
        return;
    d->listen();
    d->show();
    if (model)
        Q_EMIT keyChanged();
}

int EventModel::capacity() const
{
    return d->rows.capacity();
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
    d->rows.setCapacity(rows);
    if (const int excess = count() - rows; excess > 0) {
        if (d->rows.isKeyed()) {
            beginRemoveRows({}, rows, count() - 1);
            d->rows.removeLast(excess);
            ++d->resets;
            endRemoveRows();
        } else {
            d->removeFirst(excess);
        }
    }
    if (!model)
        return;
    if (std::min(rows, mostQueued) > d->queueCapacity && !d->rows.isKeyed())
        d->listen();
    d->tell();
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
    if (model)
        Q_EMIT pausedChanged();
}

int EventModel::count() const
{
    return d->rows.count();
}

quint64 EventModel::lost() const
{
    return d->rows.lost();
}

quint64 EventModel::received() const
{
    return d->rows.received();
}

void EventModel::clear()
{
    const QPointer<EventModel> model(this);
    if (d->handler.isActive())
        d->listen(); // what waits goes with the handler before
    if (count() > 0) {
        beginRemoveRows({}, 0, count() - 1);
        d->rows.clear();
        ++d->resets;
        endRemoveRows();
    } else {
        d->rows.clear();
    }
    if (model)
        d->tell();
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
    const int column = role == Qt::DisplayRole ? index.column() : role - (Qt::UserRole + 1);
    if (column < 0 || column >= static_cast<int>(d->columns.size()))
        return {};
    return d->columns[static_cast<std::size_t>(column)].read(d->rows.at(index.row()));
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
    int role = Qt::UserRole;
    for (const detail::EventColumn &column : d->columns)
        names.insert(++role, column.name().toUtf8());
    return names;
}

} // namespace SignalBox
