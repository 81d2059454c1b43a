// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qhashfunctions.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <cstddef>
#include <unordered_map>

namespace SignalBox::detail {

/*! For keys that compare by QVariant's ==, in which numbers of different types may be equal. */
struct EventKeyHash
{
    std::size_t operator()(const QVariant &key) const
    {
        switch (key.typeId()) {
        case QMetaType::QString:
            return qHash(*static_cast<const QString *>(key.constData()));
        case QMetaType::Bool:
        case QMetaType::Int:
        case QMetaType::UInt:
        case QMetaType::LongLong:
        case QMetaType::ULongLong:
        case QMetaType::Short:
        case QMetaType::UShort:
        case QMetaType::Long:
        case QMetaType::ULong:
        case QMetaType::Char:
        case QMetaType::SChar:
        case QMetaType::UChar:
        case QMetaType::Float:
        case QMetaType::Double:
            return qHash(key.toDouble());
        default:
            return qHash(key.toString());
        }
    }
};

template <class T>
using EventKeyMap = std::unordered_map<QVariant, T, EventKeyHash>;

/*! Whether it names a row: it is there, and equal to itself. */
inline bool isEventKey(const QVariant &key)
{
    return key.isValid() && key == key;
}

} // namespace SignalBox::detail
