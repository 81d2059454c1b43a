// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/memberpolicy.h>

#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/eventkey_p.h>

#include <algorithm>
#include <optional>
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

MemberPolicy::MemberPolicy(const QString &key, const QVariantMap &match, WithoutKey withoutKey, std::vector<EventReader> readers)
    : m_key(key), m_withoutKey(withoutKey), m_readers(std::move(readers))
{
    for (auto member = match.begin(); member != match.end(); ++member)
        m_match.emplace_back(Member(member.key()), member.value());
}

QVariant MemberPolicy::Member::of(const Event &event) const
{
    return EventColumn::memberOf(innermostContent(event.content()), name, property);
}

bool MemberPolicy::wants(const Event &event) const
{
    if (!m_match.empty() && event.hasExtras())
        event.prepareValue();
    return std::all_of(m_match.begin(), m_match.end(),
                       [&](const auto &wanted) { return EventKeyEqual()(wanted.first.of(event), wanted.second); });
}

QVariant MemberPolicy::keyOf(const Event &event) const
{
    if (event.hasExtras())
        event.prepareValue();
    std::optional<QVariant> value = EventColumn::readWith(m_readers, innermostContent(event.content()), &event);
    return value ? *std::move(value) : m_key.of(event);
}

void MemberPolicy::withKey(const Event &event, void *user, KeyUse use) const
{
    MemberValue key;
    if (m_withoutKey == WithoutKey::Failure) {
        key.value = keyOf(event);
        if (!isEventKey(key.value)) {
            throw std::domain_error(QStringLiteral("key: expected an event with a member \"%1\" that is equal to itself, and there is none")
                                        .arg(m_key.name)
                                        .toStdString());
        }
    } else {
        try {
            key.value = keyOf(event);
        } catch (...) {
            key.value = {}; // the recipient reads it once more, and logs that
        }
        if (!isEventKey(key.value))
            key.value = {};
    }
    use(user, eventKeyOf(key));
}

} // namespace SignalBox::detail
