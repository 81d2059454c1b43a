// SPDX-License-Identifier: MIT
#include "processmodel.h"
#include "way.h"

#include <QtCore/qmetaobject.h>

#include <algorithm>

// What most programs do: each list replaces the model, which sorts it.

namespace {

class SortedModel final : public ProcessModel
{
public:
    void sort(int column, Qt::SortOrder order) override
    {
        beginResetModel();
        m_column = column;
        m_order = order;
        sortRows();
        endResetModel();
    }

protected:
    void sortRows() override
    {
        if (m_column < 0)
            return;
        std::stable_sort(m_processes.begin(), m_processes.end(), [this](const Process &a, const Process &b) {
            return m_order == Qt::AscendingOrder ? isLess(a, b) : isLess(b, a);
        });
    }

private:
    bool isLess(const Process &a, const Process &b) const
    {
        switch (m_column) {
        case PidColumn: return a.pid < b.pid;
        case NameColumn: return a.name < b.name;
        case StateColumn: return a.state < b.state;
        case CpuColumn: return a.cpu < b.cpu;
        case MemoryColumn: return a.memory < b.memory;
        default: return a.threads < b.threads;
        }
    }

    int m_column = -1;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

class Reset final : public Way
{
public:
    QString name() const override { return QStringLiteral("beginResetModel(), sorted by hand"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Processes &&processes) override
    {
        QMetaObject::invokeMethod(&m_model, [this, list = std::move(processes)]() mutable { m_model.replace(std::move(list)); },
                                  Qt::QueuedConnection);
    }
    QStringList sources() const override { return {QStringLiteral("reset.cpp"), QStringLiteral("processmodel.h")}; }

private:
    SortedModel m_model;
};

} // namespace

std::unique_ptr<Way> makeReset()
{
    return std::make_unique<Reset>();
}
