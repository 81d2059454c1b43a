// SPDX-License-Identifier: MIT
#include "way.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

namespace {

class ThroughSignalBox final : public Way
{
public:
    explicit ThroughSignalBox(int symbols)
    {
        m_quotes.setName(QStringLiteral("quotes"));
        m_model.setColumns({QStringLiteral("symbol"), QStringLiteral("price"), QStringLiteral("change"), QStringLiteral("volume")});
        m_model.setKey(QStringLiteral("symbol"));
        m_model.setCapacity(symbols);
        m_model.setRegistry(&m_quotes);
    }

    QString name() const override { return QStringLiteral("SignalBox: post, and EventModel with a key"); }
    QAbstractItemModel *model() override { return &m_model; }
    void send(Quote &&quote) override { m_quotes.post(std::move(quote)); }
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
