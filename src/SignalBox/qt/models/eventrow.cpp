// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventrow_p.h>

namespace SignalBox::detail {

Event::Content innermostContent(Event::Content content)
{
    while (content.type == QMetaType::fromType<QVariant>()) {
        const auto &variant = *static_cast<const QVariant *>(content.value);
        content = {variant.metaType(), variant.constData()};
    }
    return content;
}

Event::Content EventRow::content() const
{
    return innermostContent(m_event ? m_event->content() : Event::Content{m_copy.metaType(), m_copy.constData()});
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
