// SPDX-License-Identifier: MIT
#include "handlertable.h"

#include <algorithm>

HandlerTable::HandlerTable(QObject *parent)
    : QAbstractListModel(parent)
{
    m_timer.setInterval(300);
    connect(&m_timer, &QTimer::timeout, this, &HandlerTable::refresh);
    m_timer.start();
}

void HandlerTable::setRegistry(SignalBox::RegistryObject *registry)
{
    if (m_registry == registry)
        return;
    if (m_registry)
        m_registry->disconnect(this);
    m_registry = registry;
    if (registry) {
        registry->setStatisticsEnabled(true);
        connect(registry, &SignalBox::RegistryObject::handlersChanged, this, &HandlerTable::refresh);
        connect(registry, &SignalBox::RegistryObject::handlerFailed, this, [this](const SignalBox::HandlerFailure &failure) {
            m_errors[failure.handlerId()] = failure.message();
        });
    }
    Q_EMIT registryChanged();
    refresh();
}

bool HandlerTable::setEnabled(int row, bool enabled)
{
    return row >= 0 && row < rowCount() && m_registry && m_registry->setEnabled(m_rows[std::size_t(row)].id, enabled);
}

bool HandlerTable::setPriority(int row, int priority)
{
    return row >= 0 && row < rowCount() && m_registry && m_registry->setPriority(m_rows[std::size_t(row)].id, priority);
}

void HandlerTable::refresh()
{
    std::vector<SignalBox::AsyncHandlerInfo> rows;
    if (m_registry)
        rows = m_registry->handlers();
    const auto haveSameId = [](const auto &one, const auto &other) { return one.id == other.id; };
    if (std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(), haveSameId)) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0), index(rowCount() - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int HandlerTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant HandlerTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const SignalBox::AsyncHandlerInfo &row = m_rows[std::size_t(index.row())];
    switch (role) {
    case Id:
        return QVariant::fromValue(row.id);
    case Name:
        return QString::fromStdString(row.name);
    case Priority:
        return row.priority;
    case Thread:
        return row.threadName;
    case Enabled:
        return row.enabled;
    case Calls:
        return row.calls;
    case Failures:
        return row.failures;
    case Drops:
        return row.dropped;
    case Merges:
        return row.merged;
    case MeanTime:
        return double(row.meanRunTime.count()) / 1e6;
    case LastError:
        return m_errors.value(row.id);
    default:
        return {};
    }
}

QHash<int, QByteArray> HandlerTable::roleNames() const
{
    return {{Id, "handlerId"}, {Name, "name"}, {Priority, "priority"}, {Thread, "thread"}, {Enabled, "enabled"},
            {Calls, "calls"}, {Failures, "failures"}, {Drops, "drops"}, {Merges, "merges"}, {MeanTime, "meanTime"},
            {LastError, "lastError"}};
}
