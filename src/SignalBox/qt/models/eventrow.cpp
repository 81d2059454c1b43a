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

const HeldObjects *EventRow::heldObjects() const noexcept
{
    return m_event ? HeldObjects::of(*m_event) : m_copied ? m_copied->held.get() : nullptr;
}

Event::Content EventRow::content() const
{
    Event::Content content = m_copied ? Event::Content{m_copied->value.metaType(), m_copied->value.constData()} : m_event ? m_event->content() : Event::Content();
    content = innermostContent(content);
    const HeldObjects *const held = heldObjects();
    if (held && held->deadCount() != 0) [[unlikely]] {
        // Again while it is read, as another one may have died meanwhile: rows of dead objects are few.
        QVariant value = held->withoutDead(QVariant(content.type, content.value));
        if (!m_copied)
            m_copied = std::make_unique<Copy>();
        m_copied->value = std::move(value);
        content = {m_copied->value.metaType(), m_copied->value.constData()};
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
    auto copied = std::make_unique<Copy>(Copy{QVariant(whole.type, whole.value), nullptr});
    if (const HeldObjects *const held = heldObjects())
        copied->held = held->copy();
    m_copied = std::move(copied);
    m_event = EventPointer();
}

} // namespace SignalBox::detail
