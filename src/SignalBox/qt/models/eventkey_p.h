// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qhashfunctions.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>

#include <cstddef>
#include <unordered_map>

namespace SignalBox::detail {

/*! The hash of a key. Numbers of different types that are equal have the same one. */
struct EventKeyHash
{
    std::size_t operator()(const QVariant &key) const
    {
        switch (key.typeId()) {
        case QMetaType::QString:
            return qHash(*static_cast<const QString *>(key.constData()));
        case QMetaType::Int:
            return qHash(static_cast<double>(*static_cast<const int *>(key.constData())));
        case QMetaType::Bool:
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

/*! Compares keys as QVariant does, but faster for texts and ints, and a text never equals a number. To QVariant, "3" is 3, and "high" is 0. */
struct EventKeyEqual
{
    bool operator()(const QVariant &a, const QVariant &b) const
    {
        const int type = a.typeId();
        if ((type == QMetaType::QString) != (b.typeId() == QMetaType::QString))
            return false;
        if (type == QMetaType::QString)
            return *static_cast<const QString *>(a.constData()) == *static_cast<const QString *>(b.constData());
        if (type == QMetaType::Int && b.typeId() == type)
            return *static_cast<const int *>(a.constData()) == *static_cast<const int *>(b.constData());
        return a == b;
    }
};

template <class T>
using EventKeyMap = std::unordered_map<QVariant, T, EventKeyHash, EventKeyEqual>;

/*! Whether it names a row: it is there, and equal to itself. */
inline bool isEventKey(const QVariant &key)
{
    const int type = key.typeId();
    return type == QMetaType::QString || type == QMetaType::Int || (key.isValid() && key == key);
}

} // namespace SignalBox::detail
