// SPDX-License-Identifier: MIT
#include "newestquotes.h"
#include "quotesmodel.h"
#include "throttler.h"
#include "way.h"

// A throttle keeps no values: the quotes wait beside it, and a signal only says that there are some. As it is emitted by
// workers, it is queued.

namespace {

class Feed : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void quoted();
};

class Throttle final : public Way
{
public:
    explicit Throttle(int symbols) : m_newest(symbols)
    {
        QObject::connect(&m_feed, &Feed::quoted, &m_throttler, &Throttler::throttle, Qt::QueuedConnection);
        QObject::connect(&m_throttler, &Throttler::triggered, &m_model, [this] { m_model.update(m_newest.take()); });
    }

    QString name() const override { return QStringLiteral("throttled signal and a hash"); }
    QAbstractItemModel *model() override { return &m_model; }

    void send(Quote &&quote) override
    {
        m_newest.add(std::move(quote));
        Q_EMIT m_feed.quoted();
    }

    QStringList sources() const override
    {
        return {QStringLiteral("throttle.cpp"), QStringLiteral("newestquotes.h"), QStringLiteral("quotesmodel.h")};
    }

private:
    QuotesModel m_model;
    NewestQuotes m_newest;
    Throttler m_throttler;
    Feed m_feed;
};

} // namespace

std::unique_ptr<Way> makeThrottle(int symbols)
{
    return std::make_unique<Throttle>(symbols);
}

#include "throttle.moc"
