// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventrow_p.h>

namespace SignalBox::detail {

Event::Content EventRow::content() const
{
    Event::Content content{m_copy.metaType(), m_copy.constData()};
    if (m_event)
        content = m_event->content();
    while (content.type == QMetaType::fromType<QVariant>()) {
        const auto &variant = *static_cast<const QVariant *>(content.value);
        content = {variant.metaType(), variant.constData()};
    }
    return content;
}

void EventRow::detach()
{
    if (!m_event || !m_event->sharesMemory())
        return;
    const Event::Content whole = content();
    if (!whole.type.isValid())
        return;
    m_copy = QVariant(whole.type, whole.value);
    m_event = EventPointer();
}

} // namespace SignalBox::detail
