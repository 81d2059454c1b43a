// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/heldobjects.h>

#include <SignalBox/qt/delivery/variantparts_p.h>

#include <QtCore/qmetaobject.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

constexpr char key = 0; // its address

const QObject *objectAt(const void *value)
{
    return *static_cast<const QObject *const *>(value);
}

bool isContainer(QMetaType type)
{
    return type == QMetaType::fromType<QVariantMap>() || type == QMetaType::fromType<QVariantList>()
            || type == QMetaType::fromType<QVariantHash>() || type == QMetaType::fromType<QVariant>();
}

// A getter of a gadget may return another one of its type, and so on without end.
constexpr int deepestGadget = 4;

bool hasObjectProperties(const QMetaObject &gadget, int depth)
{
    for (int index = 0; index < gadget.propertyCount(); ++index) {
        const QMetaType type = gadget.property(index).metaType();
        if (isObjectPointer(type) || isContainer(type))
            return true;
        const QMetaObject *const inner = gadgetOf(type);
        if (inner && depth < deepestGadget && hasObjectProperties(*inner, depth + 1))
            return true;
    }
    return false;
}

// A property whose getter throws shows no object.
QVariant readMember(const QMetaProperty &property, const void *gadget)
{
    try {
        return property.readOnGadget(gadget);
    } catch (const std::bad_alloc &) {
        throw;
    } catch (...) {
        return {};
    }
}

// Calls visit(object) for each object that a part points to.
template <class Visit>
void forEachObject(QMetaType type, const void *value, const Visit &visit, int depth = 0)
{
    forEachPart(type, value, [&](QMetaType partType, const void *part) {
        if (isObjectPointer(partType)) {
            if (const QObject *object = objectAt(part))
                visit(object);
            return;
        }
        const QMetaObject *const gadget = gadgetOf(partType);
        if (!gadget || depth > deepestGadget || !hasObjectProperties(*gadget, depth))
            return;
        for (int index = 0; index < gadget->propertyCount(); ++index) {
            const QVariant member = readMember(gadget->property(index), part);
            forEachObject(member.metaType(), member.constData(), visit, depth + 1);
        }
    });
}

// A value with null for each pointer to an object of a set.
class Cleaning
{
public:
    explicit Cleaning(const QSet<const QObject *> &dead, int depth = 0) : m_dead(dead), m_depth(depth) {}

    QVariant clean(const QVariant &value) const
    {
        return PartReplacement([this](const QVariant &part) { return cleanPart(part); })(value);
    }

private:
    QVariant cleanPart(const QVariant &part) const
    {
        const QMetaType type = part.metaType();
        if (isObjectPointer(type))
            return m_dead.contains(objectAt(part.constData())) ? QVariant(type) : part;
        const QMetaObject *const gadget = gadgetOf(type);
        return gadget && m_depth <= deepestGadget ? cleanGadget(part, *gadget) : part;
    }

    QVariant cleanGadget(const QVariant &value, const QMetaObject &gadget) const
    {
        QVariant result = value;
        for (int index = 0; index < gadget.propertyCount(); ++index) {
            const QMetaProperty property = gadget.property(index);
            const QVariant member = readMember(property, value.constData());
            bool isChanged = false;
            forEachObject(member.metaType(), member.constData(),
                          [&](const QObject *object) { isChanged = isChanged || m_dead.contains(object); }, m_depth + 1);
            if (isChanged)
                property.writeOnGadget(result.data(), Cleaning(m_dead, m_depth + 1).clean(member));
        }
        return result;
    }

    const QSet<const QObject *> &m_dead;
    const int m_depth;
};

// What a value is for those that look for objects, the most demanding last.
enum class Nature {
    Plain,
    Special, // a gadget or a QPointer: scripts see it in a way of its own
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

bool hasObjectProperties(const QMetaObject &gadget)
{
    return hasObjectProperties(gadget, 0);
}

std::unique_ptr<HeldObjects> HeldObjects::copy() const
{
    auto result = std::make_unique<HeldObjects>();
    result->m_objects = m_objects;
    return result;
}

void holdObjects(const Event &event)
{
    if (!event.takeObjects())
        return;
    const Event::Content content = event.content();
    if (!content.type.isValid())
        return;
    const Nature nature = natureOf(content.type, content.value);
    if (nature == Nature::Plain) {
        event.setPlain();
        return;
    }
    std::unique_ptr<HeldObjects> held;
    forEachObject(content.type, content.value, [&held](const QObject *object) {
        if (!held)
            held = std::make_unique<HeldObjects>();
        held->add(object);
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
    return Cleaning(dead).clean(value);
}

} // namespace SignalBox::detail
