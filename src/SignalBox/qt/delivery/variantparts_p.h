// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qhash.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qset.h>
#include <QtCore/qvariant.h>

#include <memory>
#include <utility>
#include <vector>

// What stands in a value: the value itself, or what its lists and maps hold, to any depth. A container that several others share is
// looked at once.
namespace SignalBox::detail {

/*! The description of a Q_GADGET; null for other types. */
inline const QMetaObject *gadgetOf(QMetaType type)
{
    return type.flags() & QMetaType::IsGadget ? type.metaObject() : nullptr;
}

/*! Calls visit(type, pointer) for each part that is no container. Without recursion. */
template <class Visit>
void forEachPart(QMetaType type, const void *value, Visit visit)
{
    struct Part
    {
        QMetaType type;
        const void *value;
    };
    std::vector<Part> parts{{type, value}};
    QSet<const void *> seen;
    const auto push = [&parts](const QVariant &variant) { parts.push_back({variant.metaType(), variant.constData()}); };
    const auto pushAll = [&](const auto &container) {
        if (container.isEmpty())
            return;
        const void *const first = std::addressof(*container.cbegin());
        if (seen.contains(first))
            return;
        seen.insert(first);
        for (auto part = container.cbegin(); part != container.cend(); ++part)
            push(*part);
    };
    while (!parts.empty()) {
        const Part part = parts.back();
        parts.pop_back();
        if (part.type == QMetaType::fromType<QVariantMap>())
            pushAll(*static_cast<const QVariantMap *>(part.value));
        else if (part.type == QMetaType::fromType<QVariantList>())
            pushAll(*static_cast<const QVariantList *>(part.value));
        else if (part.type == QMetaType::fromType<QVariantHash>())
            pushAll(*static_cast<const QVariantHash *>(part.value));
        else if (part.type == QMetaType::fromType<QVariant>())
            push(*static_cast<const QVariant *>(part.value));
        else
            visit(part.type, part.value);
    }
}

/*!
    A copy of a value in which each part that is no container is what \c Replace, a QVariant(const QVariant &), makes of it. Recursive,
    as the destruction of such a value is.
*/
template <class Replace>
class PartReplacement
{
public:
    explicit PartReplacement(Replace replace) : m_replace(std::move(replace)) {}

    QVariant operator()(const QVariant &value)
    {
        if (value.metaType() == QMetaType::fromType<QVariantMap>())
            return replaceIn(*static_cast<const QVariantMap *>(value.constData()));
        if (value.metaType() == QMetaType::fromType<QVariantList>())
            return replaceIn(*static_cast<const QVariantList *>(value.constData()));
        if (value.metaType() == QMetaType::fromType<QVariantHash>())
            return replaceIn(*static_cast<const QVariantHash *>(value.constData()));
        return m_replace(value);
    }

private:
    template <class Container>
    QVariant replaceIn(const Container &container)
    {
        if (container.isEmpty())
            return QVariant(container);
        const void *const first = std::addressof(*container.cbegin());
        if (const auto known = m_known.constFind(first); known != m_known.cend())
            return *known;
        Container result = container;
        auto target = result.begin();
        for (auto part = container.cbegin(); part != container.cend(); ++part, ++target)
            *target = (*this)(*part);
        return m_known.insert(first, QVariant(std::move(result))).value();
    }

    Replace m_replace;
    QHash<const void *, QVariant> m_known; // containers, by the address of their first part
};

} // namespace SignalBox::detail
