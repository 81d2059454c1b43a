// SPDX-License-Identifier: MIT
#include "linesbuffer.h"
#include "linesmodel.h"
#include "throttler.h"
#include "transport.h"

// A throttle keeps no values: the lines wait in a buffer, and a signal only says that there are some. As it is emitted by
// workers, it is queued.

namespace {

class Logger : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void logged();
};

class Throttle final : public Transport
{
public:
    explicit Throttle(int capacity) : m_model(capacity), m_buffer(capacity)
    {
        QObject::connect(&m_logger, &Logger::logged, &m_throttler, &Throttler::throttle, Qt::QueuedConnection);
        QObject::connect(&m_throttler, &Throttler::triggered, &m_model, [this] { show(); });
    }

    QString name() const override { return QStringLiteral("throttled signal and a buffer"); }
    QAbstractItemModel *model() override { return &m_model; }

    void send(LogLine &&line) override
    {
        m_buffer.add(std::move(line));
        Q_EMIT m_logger.logged();
    }

    void setPaused(bool paused) override
    {
        m_isPaused = paused;
        show();
    }

    qint64 shown() const override { return m_model.shown(); }
    qint64 lost() const override { return m_model.lost() + m_buffer.dropped(); }

    QStringList sources() const override
    {
        return {QStringLiteral("throttle.cpp"), QStringLiteral("linesbuffer.h"), QStringLiteral("linesmodel.h")};
    }

private:
    void show()
    {
        if (!m_isPaused)
            m_model.append(m_buffer.take({}));
    }

    LinesModel m_model;
    LinesBuffer m_buffer;
    bool m_isPaused = false;
    Throttler m_throttler;
    Logger m_logger;
};

} // namespace

std::unique_ptr<Transport> makeThrottle(int capacity)
{
    return std::make_unique<Throttle>(capacity);
}

#include "throttle.moc"
