// SPDX-License-Identifier: MIT
#include <SignalBox/registrymodel.h>

#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>

#include <QtQml/qqmlengine.h>

#include <algorithm>
#include <chrono>
#include <unordered_set>
#include <utility>

namespace SignalBox {

namespace {

constexpr std::chrono::milliseconds refreshInterval(250);

using Rows = std::vector<AsyncHandlerInfo>;

std::unordered_set<HandlerId> idsOf(const Rows &rows)
{
    std::unordered_set<HandlerId> ids;
    for (const AsyncHandlerInfo &row : rows)
        ids.insert(row.id);
    return ids;
}

void subtract(AsyncHandlerInfo &now, const AsyncHandlerInfo &before)
{
    const auto timeOf = [](const AsyncHandlerInfo &info) { return info.meanTime.count() * static_cast<qint64>(info.calls); };
    const qint64 time = timeOf(now) - timeOf(before);
    now.calls -= before.calls;
    now.failures -= before.failures;
    now.dropped -= before.dropped;
    now.merged -= before.merged;
    now.meanTime = std::chrono::nanoseconds(now.calls ? std::max<qint64>(time / static_cast<qint64>(now.calls), 0) : 0);
    if (!now.failures)
        now.lastError.clear();
}

detail::HandlerDescription describe(const AsyncHandlerInfo &handler)
{
    return {handler, handler.scriptPlace.toStdString()};
}

double toMilliseconds(std::chrono::nanoseconds time)
{
    return std::chrono::duration<double, std::milli>(time).count();
}

// The roles in which two states of one handler differ. A handler's name never changes.
QList<int> changedRoles(const AsyncHandlerInfo &before, const AsyncHandlerInfo &after)
{
    QList<int> roles;
    const auto compare = [&roles](bool isEqual, RegistryModel::Role role) {
        if (!isEqual)
            roles.append(role);
    };
    compare(before.priority == after.priority, RegistryModel::PriorityRole);
    compare(before.threadName == after.threadName, RegistryModel::ThreadNameRole);
    compare(before.enabled == after.enabled, RegistryModel::EnabledRole);
    compare(before.waiting == after.waiting, RegistryModel::WaitingRole);
    compare(before.calls == after.calls, RegistryModel::CallsRole);
    compare(before.failures == after.failures, RegistryModel::FailuresRole);
    compare(before.dropped == after.dropped, RegistryModel::DroppedRole);
    compare(before.merged == after.merged, RegistryModel::MergedRole);
    compare(before.meanTime == after.meanTime, RegistryModel::MeanTimeRole);
    compare(before.longestTime == after.longestTime, RegistryModel::LongestTimeRole);
    compare(before.lastError == after.lastError, RegistryModel::LastErrorRole);
    return roles;
}

} // namespace

RegistryModel::RegistryModel(QObject *parent)
    : QAbstractListModel(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(refreshInterval);
    connect(&m_timer, &QTimer::timeout, this, &RegistryModel::refresh);
}

RegistryModel::~RegistryModel() = default;

RegistryObject *RegistryModel::registry() const
{
    return m_registry;
}

void RegistryModel::setRegistry(RegistryObject *registry)
{
    if (m_registry == registry)
        return;
    if (m_registry)
        m_registry->disconnect(this);
    m_registry = registry;
    m_statistics.reset();
    m_before.clear();
    if (registry) {
        m_before = registry->handlers();
        std::sort(m_before.begin(), m_before.end(), [](const AsyncHandlerInfo &a, const AsyncHandlerInfo &b) { return a.id < b.id; });
        m_statistics = registry->requestStatistics();
        connect(registry, &RegistryObject::handlersChanged, this, &RegistryModel::refresh);
        connect(registry, &RegistryObject::statisticsChanged, this, &RegistryModel::refreshSoon);
        connect(registry, &RegistryObject::lagged, this, &RegistryModel::refreshSoon);
        connect(registry, &QObject::destroyed, this, [this] {
            m_statistics.reset();
            refresh();
            Q_EMIT registryChanged();
        });
    }
    refresh();
    Q_EMIT registryChanged();
}

int RegistryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant RegistryModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const AsyncHandlerInfo &row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case HandlerIdRole:
        return QVariant::fromValue(row.id);
    case Qt::DisplayRole:
    case NameRole:
        return describe(row).name();
    case PriorityRole:
        return row.priority;
    case ThreadNameRole:
        return row.threadName;
    case EnabledRole:
        return row.enabled;
    case WaitingRole:
        return row.waiting;
    case CallsRole:
        return row.calls;
    case FailuresRole:
        return row.failures;
    case DroppedRole:
        return row.dropped;
    case MergedRole:
        return row.merged;
    case MeanTimeRole:
        return toMilliseconds(row.meanTime);
    case LongestTimeRole:
        return toMilliseconds(row.longestTime);
    case RegisteredAtRole:
        return describe(row).place();
    case LastErrorRole:
        return row.lastError;
    default:
        return {};
    }
}

bool RegistryModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!m_registry || !checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return false;
    const HandlerId id = m_rows[static_cast<std::size_t>(index.row())].id;
    if (role == EnabledRole)
        return value.canConvert<bool>() && m_registry->setEnabled(id, value.toBool());
    bool isInt = false;
    const int priority = value.toInt(&isInt);
    return role == PriorityRole && isInt && m_registry->setPriority(id, priority);
}

QHash<int, QByteArray> RegistryModel::roleNames() const
{
    return {{HandlerIdRole, "handlerId"},     {NameRole, "name"},         {PriorityRole, "priority"},  {ThreadNameRole, "threadName"},
            {EnabledRole, "enabled"},         {CallsRole, "calls"},       {FailuresRole, "failures"},  {DroppedRole, "dropped"},
            {MergedRole, "merged"},           {MeanTimeRole, "meanTime"}, {LastErrorRole, "lastError"},
            {LongestTimeRole, "longestTime"}, {RegisteredAtRole, "registeredAt"}, {WaitingRole, "waiting"}};
}

QVariantMap RegistryModel::get(const QJSValue &handler) const
{
    const auto id = readHandler("RegistryModel.get()", handler);
    const auto row = std::find_if(m_rows.begin(), m_rows.end(), [&id](const AsyncHandlerInfo &info) { return id == info.id; });
    if (row == m_rows.end())
        return {};
    QVariantMap result;
    const QModelIndex place = index(static_cast<int>(row - m_rows.begin()));
    const QHash<int, QByteArray> names = roleNames();
    for (auto role = names.begin(); role != names.end(); ++role)
        result.insert(QString::fromLatin1(role.value()), data(place, role.key()));
    return result;
}

bool RegistryModel::setEnabled(const QJSValue &handler, const QJSValue &enabled)
{
    const char *const call = "RegistryModel.setEnabled()";
    const auto id = readHandler(call, handler);
    if (!id)
        return false;
    const auto value = detail::ScriptArguments(qjsEngine(this), call).enabled(enabled);
    return value && m_registry && m_registry->setEnabled(*id, *value);
}

bool RegistryModel::setPriority(const QJSValue &handler, const QJSValue &priority)
{
    const char *const call = "RegistryModel.setPriority()";
    const auto id = readHandler(call, handler);
    if (!id)
        return false;
    const auto value = detail::ScriptArguments(qjsEngine(this), call).priority(priority);
    return value && m_registry && m_registry->setPriority(*id, *value);
}

std::optional<HandlerId> RegistryModel::readHandler(const char *call, const QJSValue &handler) const
{
    QJSEngine *const engine = qjsEngine(this);
    if (!engine)
        return std::nullopt;
    const detail::ScriptArguments arguments(engine, call);
    if (!handler.isNumber())
        return arguments.handlerId(handler);
    const double row = handler.toNumber();
    if (row >= 0 && row < count() && row == handler.toInt())
        return m_rows[static_cast<std::size_t>(row)].id;
    arguments.refuse(QStringLiteral("handler: expected a row of the model or a HandlerId, not %1").arg(row));
    return std::nullopt;
}

void RegistryModel::refreshSoon()
{
    if (!m_timer.isActive())
        m_timer.start();
}

// The handlers, with what has been counted since the registry was set.
Rows RegistryModel::countedSince() const
{
    Rows rows = m_registry->handlers();
    for (AsyncHandlerInfo &row : rows) {
        const auto before = std::lower_bound(m_before.begin(), m_before.end(), row.id,
                                             [](const AsyncHandlerInfo &info, HandlerId id) { return info.id < id; });
        if (before != m_before.end() && before->id == row.id)
            subtract(row, *before);
    }
    return rows;
}

void RegistryModel::refresh()
{
    m_isStale = true;
    if (std::exchange(m_isRefreshing, true))
        return; // a listener has changed the registry; the refresh that told it goes on with what it knows
    const int before = count();
    while (std::exchange(m_isStale, false)) {
        m_timer.stop();
        Rows current = m_registry ? countedSince() : Rows();
        endRows(current);
        placeRows(current);
        updateRows(std::move(current));
    }
    m_isRefreshing = false;
    // The last events of a drain are counted as delivered a moment after the call of which the registry tells.
    if (std::any_of(m_rows.begin(), m_rows.end(), [](const AsyncHandlerInfo &row) { return row.waiting > 0; }))
        refreshSoon();
    if (count() != before)
        Q_EMIT countChanged();
}

void RegistryModel::endRows(const Rows &current)
{
    const std::unordered_set<HandlerId> ids = idsOf(current);
    const auto isGone = [&ids](const AsyncHandlerInfo &row) { return !ids.contains(row.id); };
    for (auto end = m_rows.rbegin(); end != m_rows.rend();) {
        const auto last = std::find_if(end, m_rows.rend(), isGone);
        if (last == m_rows.rend())
            return;
        const auto first = std::find_if_not(last, m_rows.rend(), isGone);
        const auto begin = first.base();
        beginRemoveRows({}, static_cast<int>(begin - m_rows.begin()), static_cast<int>(last.base() - m_rows.begin()) - 1);
        end = std::make_reverse_iterator(m_rows.erase(begin, last.base()));
        endRemoveRows();
    }
}

// Makes the order of the rows that of the handlers.
void RegistryModel::placeRows(const Rows &current)
{
    const std::unordered_set<HandlerId> known = idsOf(m_rows);
    for (std::size_t row = 0; row < current.size(); ++row) {
        const auto place = m_rows.begin() + static_cast<std::ptrdiff_t>(row);
        const HandlerId id = current[row].id;
        if (place != m_rows.end() && place->id == id)
            continue;
        const int target = static_cast<int>(row);
        if (known.contains(id)) {
            const auto old = std::find_if(place, m_rows.end(), [id](const AsyncHandlerInfo &info) { return info.id == id; });
            const int source = static_cast<int>(old - m_rows.begin());
            beginMoveRows({}, source, source, {}, target);
            std::rotate(place, old, old + 1);
            endMoveRows();
        } else {
            const auto end = std::find_if(current.begin() + target, current.end(),
                                          [&known](const AsyncHandlerInfo &info) { return known.contains(info.id); });
            const auto added = end - (current.begin() + target);
            beginInsertRows({}, target, target + static_cast<int>(added) - 1);
            m_rows.insert(place, current.begin() + target, end);
            endInsertRows();
        }
    }
}

void RegistryModel::updateRows(Rows &&current)
{
    for (int row = 0; row < count(); ++row) {
        AsyncHandlerInfo &known = m_rows[static_cast<std::size_t>(row)];
        AsyncHandlerInfo &now = current[static_cast<std::size_t>(row)];
        const QList<int> roles = changedRoles(known, now);
        if (roles.isEmpty())
            continue;
        known = std::move(now);
        Q_EMIT dataChanged(index(row), index(row), roles);
    }
}

} // namespace SignalBox
