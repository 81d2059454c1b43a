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
    return m_event ? HeldObjects::of(*m_event) : m_held.get();
}

Event::Content EventRow::content() const
{
    Event::Content content =
            innermostContent(m_copy.isValid() || !m_event ? Event::Content{m_copy.metaType(), m_copy.constData()} : m_event->content());
    const HeldObjects *const held = heldObjects();
    if (held && held->deadCount() != 0) [[unlikely]] {
        // Again while it is read, as another one may have died meanwhile: rows of dead objects are few.
        m_copy = held->withoutDead(QVariant(content.type, content.value));
        content = {m_copy.metaType(), m_copy.constData()};
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
    QVariant copy(whole.type, whole.value);
    if (const HeldObjects *const held = heldObjects())
        m_held = held->copy();
    m_copy = std::move(copy);
    m_event = EventPointer();
}

} // namespace SignalBox::detail
