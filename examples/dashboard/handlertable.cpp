// SPDX-License-Identifier: MIT
#include "handlertable.h"

HandlerTable::HandlerTable(SignalBox::RegistryObject *registry, QObject *parent)
    : QAbstractListModel(parent), m_registry(registry)
{
    connect(registry, &SignalBox::RegistryObject::handlersChanged, this, &HandlerTable::reload);
    m_sinceRates.start();
}

std::atomic<quint64> &HandlerTable::declare(const QString &name, const QString &place)
{
    Known &known = m_known[name];
    known.place = place;
    return known.calls;
}

std::atomic<quint64> *HandlerTable::counter(const QString &name)
{
    const auto known = m_known.find(name);
    return known == m_known.end() ? nullptr : &known->second.calls;
}

QString HandlerTable::place(const QString &name) const
{
    const auto known = m_known.find(name);
    return known == m_known.end() ? QString() : known->second.place;
}

quint64 HandlerTable::calls(const QString &name) const
{
    const auto known = m_known.find(name);
    return known == m_known.end() ? 0 : known->second.calls.load();
}

void HandlerTable::reload()
{
    beginResetModel();
    m_rows.clear();
    for (const SignalBox::AsyncHandlerInfo &handler : m_registry->handlers())
        m_rows.append({QString::fromStdString(handler.name), handler.priority});
    endResetModel();
}

void HandlerTable::updateRates()
{
    const double elapsed = double(m_sinceRates.restart()) / 1000;
    if (elapsed <= 0)
        return;
    m_highestRate = 0;
    for (auto &[name, known] : m_known) {
        const quint64 calls = known.calls;
        known.rate = double(calls - known.callsBefore) / elapsed;
        known.callsBefore = calls;
        m_highestRate = qMax(m_highestRate, known.rate);
    }
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Calls, Rate, Share});
}

int HandlerTable::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

QVariant HandlerTable::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row &row = m_rows.at(index.row());
    const auto known = m_known.find(row.name);
    switch (role) {
    case Name:
        return row.name;
    case Priority:
        return row.priority;
    case Place:
        return place(row.name);
    case Calls:
        return calls(row.name);
    case Rate:
        return known == m_known.end() ? 0.0 : known->second.rate;
    case Share: // of the most called one's rate
        return known == m_known.end() || m_highestRate <= 0 ? 0.0 : known->second.rate / m_highestRate;
    default:
        return {};
    }
}

QHash<int, QByteArray> HandlerTable::roleNames() const
{
    return {{Name, "name"}, {Priority, "priority"}, {Place, "place"}, {Calls, "calls"}, {Rate, "rate"}, {Share, "share"}};
}
