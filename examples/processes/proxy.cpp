// SPDX-License-Identifier: MIT
#include "processmodel.h"
#include "way.h"

#include <QtCore/qhash.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qsortfilterproxymodel.h>

// What a careful engineer writes: rows by their process, each change told, and a proxy that sorts.

namespace {

class KeyedModel final : public ProcessModel
{
public:
    void update(Processes &&processes)
    {
        QHash<int, const Process *> now;
        now.reserve(qsizetype(processes.size()));
        for (const Process &process : processes)
            now.insert(process.pid, &process);
        for (int row = int(m_processes.size()) - 1; row >= 0; --row) {
            if (now.contains(m_processes[std::size_t(row)].pid))
                continue;
            beginRemoveRows({}, row, row);
            m_processes.erase(m_processes.begin() + row);
            endRemoveRows();
        }
        for (std::size_t row = 0; row < m_processes.size(); ++row) {
            const Process &process = *now.take(m_processes[row].pid);
            if (m_processes[row] == process)
                continue;
            m_processes[row] = process;
            Q_EMIT dataChanged(index(int(row), 0), index(int(row), ProcessColumnCount - 1));
        }
        if (now.isEmpty())
            return;
        beginInsertRows({}, int(m_processes.size()), int(m_processes.size() + std::size_t(now.size())) - 1);
        for (const Process &process : processes) {
            if (now.contains(process.pid))
                m_processes.push_back(process);
        }
        endInsertRows();
    }
};

class Proxy final : public Way
{
public:
    Proxy() { m_proxy.setSourceModel(&m_model); }

    QString name() const override { return QStringLiteral("rows by pid, and QSortFilterProxyModel"); }
    QAbstractItemModel *model() override { return &m_proxy; }
    void send(Processes &&processes) override
    {
        QMetaObject::invokeMethod(&m_model, [this, list = std::move(processes)]() mutable { m_model.update(std::move(list)); },
                                  Qt::QueuedConnection);
    }
    QStringList sources() const override { return {QStringLiteral("proxy.cpp"), QStringLiteral("processmodel.h")}; }

private:
    KeyedModel m_model;
    QSortFilterProxyModel m_proxy;
};

} // namespace

std::unique_ptr<Way> makeProxy()
{
    return std::make_unique<Proxy>();
}
