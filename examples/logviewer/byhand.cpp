// SPDX-License-Identifier: MIT
#include "linesbuffer.h"
#include "linesmodel.h"
#include "transport.h"

#include <QtCore/qtimer.h>

// What a careful engineer writes: a buffer under a mutex, a timer of a frame's length, and one block of rows per turn.

namespace {

class ByHand final : public Transport
{
public:
    explicit ByHand(int capacity) : m_model(capacity), m_buffer(capacity)
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(16);
        QObject::connect(&m_timer, &QTimer::timeout, &m_model, [this] { show(); });
        m_timer.start();
    }

    QString name() const override { return QStringLiteral("mutex, vector and timer, by hand"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(LogLine &&line) override { m_buffer.add(std::move(line)); }
    void setPaused(bool paused) override { paused ? m_timer.stop() : m_timer.start(); }
    qint64 shown() const override { return m_model.shown(); }
    qint64 lost() const override { return m_model.lost() + m_buffer.dropped(); }

    QStringList sources() const override
    {
        return {QStringLiteral("byhand.cpp"), QStringLiteral("linesbuffer.h"), QStringLiteral("linesmodel.h")};
    }

private:
    void show()
    {
        std::vector<LogLine> lines = m_buffer.take(std::move(m_spare));
        m_model.append(std::move(lines));
        lines.clear();
        m_spare = std::move(lines);
    }

    LinesModel m_model;
    LinesBuffer m_buffer;
    std::vector<LogLine> m_spare;
    QTimer m_timer;
};

} // namespace

std::unique_ptr<Transport> makeByHand(int capacity)
{
    return std::make_unique<ByHand>(capacity);
}
