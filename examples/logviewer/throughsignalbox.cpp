// SPDX-License-Identifier: MIT
#include "levelfilter.h"
#include "transport.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

namespace {

class ThroughSignalBox final : public Transport
{
public:
    explicit ThroughSignalBox(int capacity)
    {
        m_model.addColumn<LogLine>("time", timeText);
        m_model.addColumn<LogLine>("worker", &LogLine::worker);
        m_model.addColumn<LogLine>("level", [](const LogLine &line) { return levelName(line.level); });
        m_model.addColumn<LogLine>("text", &LogLine::text);
        const auto colour = [](const LogLine &line) { return colourOf(line.level); };
        for (const char *column : {"time", "worker", "level", "text"})
            m_model.addRole<LogLine>(column, Qt::ForegroundRole, colour);
        m_model.addRole<LogLine>("time", Qt::TextAlignmentRole, [](const LogLine &) { return int(Qt::AlignRight | Qt::AlignVCenter); });
        m_model.setCapacity(capacity);
        m_model.setRegistry(&m_lines);
    }

    QString name() const override { return QStringLiteral("SignalBox: post, and EventModel"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(LogLine &&line) override { m_lines.post(std::move(line)); }
    void setPaused(bool paused) override { m_model.setPaused(paused); }
    bool setLowestLevel(Level lowest) override
    {
        if (lowest == Level::Debug)
            m_model.clearFilter();
        else
            m_model.setFilter<LogLine>([lowest](const LogLine &line) { return line.level >= lowest; });
        return true;
    }
    qint64 shown() const override { return qint64(m_model.received() - m_model.lost()); }
    qint64 lost() const override { return qint64(m_model.lost()); }
    QStringList sources() const override { return {QStringLiteral("throughsignalbox.cpp")}; }

private:
    SignalBox::AsyncRegistry<LogLine> m_lines;
    SignalBox::EventModel m_model;
};

} // namespace

std::unique_ptr<Transport> makeThroughSignalBox(int capacity)
{
    return std::make_unique<ThroughSignalBox>(capacity);
}
