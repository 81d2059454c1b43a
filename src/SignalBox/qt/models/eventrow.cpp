// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventrow_p.h>

#include <utility>

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

EventRow::Copy::Copy(QVariant &&itsValue, std::shared_ptr<const HeldObjects> &&itsHeld) : held(std::move(itsHeld))
{
    setValue(std::move(itsValue));
}

void EventRow::Copy::setValue(QVariant &&other)
{
    value = std::move(other);
    content = innermostContent({value.metaType(), std::as_const(value).constData()});
}

Event::Content EventRow::content() const
{
    const Event::Content content = m_copied ? m_copied->content
            : m_event                       ? innermostContent(m_event->content())
                                            : Event::Content();
    const HeldObjects *const held = heldObjects();
    if (!held || held->deadCount() == 0) [[likely]]
        return content;
    // Again while it is read, as another one may have died meanwhile: rows of dead objects are few.
    QVariant value = held->withoutDead(QVariant(content.type, content.value));
    if (m_copied)
        m_copied->setValue(std::move(value));
    else
        m_copied = std::make_unique<Copy>(std::move(value), nullptr);
    return m_copied->content;
}

void EventRow::detach() noexcept
{
    if (!m_event || !m_event->sharesMemory())
        return;
    try {
        const Event::Content whole = content();
        if (!whole.type.isValid())
            return;
        const HeldObjects *const held = heldObjects();
        m_copied = std::make_unique<Copy>(QVariant(whole.type, whole.value), held ? held->copy() : nullptr);
        m_event = EventPointer();
    } catch (...) {
        // It stays as it is.
    }
}

} // namespace SignalBox::detail
