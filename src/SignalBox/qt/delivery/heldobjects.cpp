// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/heldobjects.h>

#include <SignalBox/qt/delivery/variantparts_p.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace SignalBox::detail {

namespace {

constexpr char key = 0; // its address

const QObject *objectAt(const void *value)
{
    return *static_cast<const QObject *const *>(value);
}

// What a value is for those that look for objects, the most demanding last.
enum class Nature {
    Plain,
    Special, // a gadget or a QPointer: it holds no pointer that is looked for here, but scripts see it in a way of its own
    Holding, // a container, or a pointer to an object
};

Nature natureOf(QMetaType type)
{
    const QMetaType::TypeFlags flags = type.flags();
    if (flags & (QMetaType::PointerToQObject | QMetaType::TrackingPointerToQObject | QMetaType::IsGadget))
        return isObjectPointer(type) ? Nature::Holding : Nature::Special;
    switch (type.id()) {
    case QMetaType::QVariantMap:
    case QMetaType::QVariantList:
    case QMetaType::QVariantHash:
    case QMetaType::QVariant:
        return Nature::Holding;
    default:
        return Nature::Plain;
    }
}

// Of a map without containers, what is in it. Most events are told by this, without a walk.
Nature natureOf(QMetaType type, const void *value)
{
    if (type == QMetaType::fromType<QVariant>()) {
        const auto &variant = *static_cast<const QVariant *>(value);
        type = variant.metaType();
        value = variant.constData();
    }
    if (type != QMetaType::fromType<QVariantMap>())
        return natureOf(type);
    Nature result = Nature::Plain;
    for (const QVariant &part : *static_cast<const QVariantMap *>(value))
        result = std::max(result, natureOf(part.metaType()));
    return result;
}

} // namespace

HeldObjects::HeldObjects()
    : EventAttachment(&key)
{
}

void holdObjects(const Event &event)
{
    if (!event.takeObjects())
        return;
    const Event::Content content = event.content();
    if (!content.type.isValid())
        return;
    const Nature nature = natureOf(content.type, content.value);
    if (nature == Nature::Plain)
        event.setPlain();
    if (nature != Nature::Holding)
        return;
    std::unique_ptr<HeldObjects> held;
    forEachPart(content.type, content.value, [&held](QMetaType type, const void *value) {
        if (!isObjectPointer(type) || !objectAt(value))
            return;
        if (!held)
            held = std::make_unique<HeldObjects>();
        held->add(objectAt(value));
    });
    if (held)
        event.attach(std::move(held));
}

const HeldObjects *HeldObjects::of(const Event &event) noexcept
{
    return static_cast<const HeldObjects *>(event.attachment(&key));
}

std::size_t HeldObjects::deadCount() const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(m_objects.cbegin(), m_objects.cend(), [](const Object &held) { return held.object.isNull(); }));
}

const HeldObjects *HeldObjects::withDead(const Event &event) noexcept
{
    const HeldObjects *const held = of(event);
    return held && held->deadCount() != 0 ? held : nullptr;
}

bool HeldObjects::isDead(const QObject *object) const noexcept
{
    return std::any_of(m_objects.cbegin(), m_objects.cend(), [object](const Object &held) {
        return held.address == object && held.object.isNull();
    });
}

QVariant HeldObjects::withoutDead(const QVariant &value) const
{
    QSet<const QObject *> dead;
    for (const Object &held : m_objects) {
        if (held.object.isNull())
            dead.insert(held.address);
    }
    return PartReplacement([&dead](const QVariant &part) {
        const QMetaType type = part.metaType();
        return isObjectPointer(type) && dead.contains(objectAt(part.constData())) ? QVariant(type) : part;
    })(value);
}

} // namespace SignalBox::detail
