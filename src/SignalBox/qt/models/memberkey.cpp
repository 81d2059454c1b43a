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

bool operator==(const MemberValue &a, const MemberValue &b)
{
    return EventKeyEqual()(a.value, b.value);
}

MemberValue MemberKey::of(const Event &event) const
{
    const QVariant value = EventColumn::memberOf(innermostContent(event.content()), m_name, m_property);
    if (!isEventKey(value)) {
        throw std::domain_error(QStringLiteral("key: expected an event with a member \"%1\" that is equal to itself, and there is none")
                                    .arg(m_name)
                                    .toStdString());
    }
    return {value};
}

} // namespace SignalBox::detail
