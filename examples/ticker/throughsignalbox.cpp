// SPDX-License-Identifier: MIT
#include "way.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtGui/qcolor.h>

namespace {

class ThroughSignalBox final : public Way
{
public:
    explicit ThroughSignalBox(int symbols)
    {
        m_quotes.setName(QStringLiteral("quotes"));
        m_model.setColumns({QStringLiteral("symbol"), QStringLiteral("price"), QStringLiteral("change"), QStringLiteral("volume")});
        m_model.addRole<Quote>("change", Qt::ForegroundRole,
                               [](const Quote &quote) { return quote.change < 0 ? QColor(0xff, 0x8d, 0x85) : QColor(0x6f, 0xcf, 0x97); });
        m_model.setKey(QStringLiteral("symbol"));
        m_model.setRemoves<Quote>(&Quote::delisted);
        m_model.setCapacity(symbols);
        m_model.setRegistry(&m_quotes);
    }

    QString name() const override { return QStringLiteral("SignalBox: post, and EventModel with a key"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Quote &&quote) override { m_quotes.post(std::move(quote)); }
    void setFilter(const QString &text) override
    {
        if (text.isEmpty())
            m_model.clearFilter();
        else
            m_model.setFilter<Quote>([text](const Quote &quote) { return quote.symbol.contains(text, Qt::CaseInsensitive); });
    }
    QStringList sources() const override { return {QStringLiteral("throughsignalbox.cpp")}; }
    SignalBox::RegistryObject *registry() override { return &m_quotes; }

private:
    SignalBox::AsyncRegistry<Quote> m_quotes;
    SignalBox::EventModel m_model;
};

} // namespace

std::unique_ptr<Way> makeThroughSignalBox(int symbols)
{
    return std::make_unique<ThroughSignalBox>(symbols);
}
