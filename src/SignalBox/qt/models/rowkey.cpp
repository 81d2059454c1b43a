// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowkey_p.h>

#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/eventkey_p.h>

#include <optional>
#include <utility>

namespace SignalBox::detail {

RowKey::RowKey(const QString &name, std::vector<EventReader> readers)
    : m_name(name), m_property(name.toUtf8()), m_readers(std::move(readers))
{
}

MemberValue RowKey::of(const Event &event) const noexcept
{
    try {
        const Event::Content content = innermostContent(event.content());
        std::optional<QVariant> value = EventColumn::readWith(m_readers, content, &event);
        if (!value)
            value = EventColumn::memberOf(content, m_name, m_property);
        if (isEventKey(*value))
            return {*std::move(value)};
    } catch (...) {
        // The model reads it once more, and logs that.
    }
    return {};
}

} // namespace SignalBox::detail
