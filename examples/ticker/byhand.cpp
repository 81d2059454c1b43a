// SPDX-License-Identifier: MIT
#include "newestquotes.h"
#include "quotesmodel.h"
#include "way.h"

#include <QtCore/qtimer.h>

// What a careful engineer writes: the newest quotes under a mutex, and a timer of a frame's length.

namespace {

class ByHand final : public Way
{
public:
    explicit ByHand(int symbols) : m_newest(symbols)
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(16);
        QObject::connect(&m_timer, &QTimer::timeout, &m_model, [this] { m_model.update(m_newest.take()); });
        m_timer.start();
    }

    QString name() const override { return QStringLiteral("mutex, hash and timer, by hand"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Quote &&quote) override { m_newest.add(std::move(quote)); }

    QStringList sources() const override
    {
        return {QStringLiteral("byhand.cpp"), QStringLiteral("newestquotes.h"), QStringLiteral("quotesmodel.h")};
    }

private:
    QuotesModel m_model;
    NewestQuotes m_newest;
    QTimer m_timer;
};

} // namespace

std::unique_ptr<Way> makeByHand(int symbols)
{
    return std::make_unique<ByHand>(symbols);
}
