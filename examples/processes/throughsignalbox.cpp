// SPDX-License-Identifier: MIT
#include "way.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtGui/qcolor.h>

namespace {

class ThroughSignalBox final : public Way
{
public:
    ThroughSignalBox()
    {
        m_model.addColumn<Process>("pid", &Process::pid);
        m_model.addColumn<Process>("name", &Process::name);
        m_model.addColumn<Process>("state", &Process::state);
        m_model.addColumn<Process>("cpu", &Process::cpu);
        m_model.addColumn<Process>("memory", &Process::memory);
        m_model.addColumn<Process>("threads", &Process::threads);
        m_model.addRole<Process>("state", Qt::ForegroundRole, [](const Process &process) {
            return process.state == QLatin1String("R") ? QColor(0x1b, 0x7f, 0x4b) : QColor();
        });
        for (const char *column : {"pid", "memory", "threads"})
            m_model.addRole<Process>(column, Qt::TextAlignmentRole, [](const Process &) { return int(Qt::AlignRight | Qt::AlignVCenter); });
        m_model.setKey(QStringLiteral("pid"));
        m_model.setCapacity(1'000'000);
        m_model.setSnapshot(true);
        m_model.setRegistry(&m_lists);
    }

    QString name() const override { return QStringLiteral("SignalBox: EventModel of snapshots"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Processes &&processes) override { m_lists.post(std::move(processes)); }
    QStringList sources() const override { return {QStringLiteral("throughsignalbox.cpp")}; }

private:
    SignalBox::AsyncRegistry<Processes> m_lists;
    SignalBox::EventModel m_model;
};

} // namespace

std::unique_ptr<Way> makeThroughSignalBox()
{
    return std::make_unique<ThroughSignalBox>();
}
