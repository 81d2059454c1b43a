// SPDX-License-Identifier: MIT
#include "quotesmodel.h"
#include "way.h"

#include <QtCore/qobject.h>

// What most programs begin with: a signal per quote, connected to an object of the GUI thread.

namespace {

class Feed : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void quoted(const Quote &quote);
};

class QueuedSignals final : public Way
{
public:
    QueuedSignals()
    {
        QObject::connect(&m_feed, &Feed::quoted, &m_model, [this](const Quote &quote) { m_model.update({quote}); }, Qt::QueuedConnection);
    }

    QString name() const override { return QStringLiteral("a queued signal per quote"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Quote &&quote) override { Q_EMIT m_feed.quoted(quote); }
    QStringList sources() const override { return {QStringLiteral("queuedsignals.cpp"), QStringLiteral("quotesmodel.h")}; }

private:
    QuotesModel m_model;
    Feed m_feed;
};

} // namespace

std::unique_ptr<Way> makeQueuedSignals(int)
{
    return std::make_unique<QueuedSignals>();
}

#include "queuedsignals.moc"
