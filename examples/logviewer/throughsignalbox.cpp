// SPDX-License-Identifier: MIT
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
        m_model.setCapacity(capacity);
        m_model.setRegistry(&m_lines);
    }

    QString name() const override { return QStringLiteral("SignalBox: post, and EventModel"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(LogLine &&line) override { m_lines.post(std::move(line)); }
    void setPaused(bool paused) override { m_model.setPaused(paused); }
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
