// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/memberkey.h>

#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/eventkey_p.h>

#include <stdexcept>

namespace SignalBox::detail {

std::size_t MemberValue::hash() const noexcept
{
    return EventKeyHash()(value);
}

MemberValue MemberKey::of(const Event &event) const
{
    Event::Content content = event.content();
    while (content.type == QMetaType::fromType<QVariant>()) {
        const auto &variant = *static_cast<const QVariant *>(content.value);
        content = {variant.metaType(), variant.constData()};
    }
    const QVariant value = EventColumn::memberOf(content, m_name, m_property);
    if (!isEventKey(value)) {
        throw std::domain_error(QStringLiteral("key: expected an event with a member \"%1\" that is equal to itself, and there is none")
                                    .arg(m_name)
                                    .toStdString());
    }
    return {value};
}

} // namespace SignalBox::detail
