// SPDX-License-Identifier: MIT
#include "linesmodel.h"
#include "transport.h"

#include <SignalBox/Connect>

#include <QtCore/qobject.h>

// queuedsignals.cpp after one connection was changed: the workers emit as before, and the slot gets a batch per frame.

namespace {

class Logger : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void logged(const LogLine &line);
};

class Signals final : public Transport
{
public:
    explicit Signals(int capacity) : m_model(capacity), m_capacity(std::size_t(capacity))
    {
        SignalBox::connect(&m_logger, &Logger::logged, &m_model, [this](const Lines &lines) { append(lines); },
                           {.backlog = SignalBox::Backlog::all().every(16)});
    }

    QString name() const override { return QStringLiteral("the same signal, in batches"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(LogLine &&line) override { Q_EMIT m_logger.logged(line); }

    void setPaused(bool paused) override
    {
        m_isPaused = paused;
        if (!paused)
            m_model.append(std::exchange(m_waiting, {}));
    }

    qint64 shown() const override { return m_model.shown(); }
    qint64 lost() const override { return m_model.lost() + m_dropped; }
    QStringList sources() const override { return {QStringLiteral("batchedsignals.cpp"), QStringLiteral("linesmodel.h")}; }

private:
    using Lines = SignalBox::EventBatch<LogLine>;

    void append(const Lines &lines)
    {
        if (!m_isPaused) {
            m_model.append({lines.begin(), lines.end()});
            return;
        }
        m_waiting.insert(m_waiting.end(), lines.begin(), lines.end());
        if (m_waiting.size() >= 2 * m_capacity) {
            m_waiting.erase(m_waiting.begin(), m_waiting.begin() + std::ptrdiff_t(m_capacity));
            m_dropped += qint64(m_capacity);
        }
    }

    LinesModel m_model;
    const std::size_t m_capacity;
    bool m_isPaused = false;
    std::vector<LogLine> m_waiting;
    qint64 m_dropped = 0;
    Logger m_logger;
};

} // namespace

std::unique_ptr<Transport> makeBatchedSignals(int capacity)
{
    return std::make_unique<Signals>(capacity);
}

#include "batchedsignals.moc"
