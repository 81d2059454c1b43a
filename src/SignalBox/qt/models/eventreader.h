// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! A function that reads something of events of one type. */
struct EventReader
{
    QMetaType type;
    const void *(*find)(const Event &event); // the value, if it is of that type; for types that no QVariant can hold
    std::function<QVariant(const void *value)> read;
    bool isMember; // a pointer to one, which needs nothing but the event: any thread may read it
};

template <class R>
QVariant toVariant(R &&value)
{
    using Value = std::remove_cvref_t<R>;
    if constexpr (std::is_same_v<Value, QVariant>)
        return std::forward<R>(value);
    else if constexpr (std::is_same_v<Value, std::string>)
        return QString::fromStdString(value);
    else if constexpr (std::is_convertible_v<R, const char *>)
        return QString::fromUtf8(static_cast<const char *>(value));
    else
        return QVariant::fromValue<Value>(std::forward<R>(value));
}

template <class E, class F>
EventReader makeEventReader(F &&function)
{
    return {QMetaType::fromType<E>(),
            [](const Event &event) -> const void * {
                const auto *const stored = dynamic_cast<const StoredEvent<E> *>(&event);
                return stored ? std::addressof(stored->value()) : nullptr;
            },
            [reading = std::forward<F>(function)](const void *value) {
                return toVariant(std::invoke(reading, *static_cast<const E *>(value)));
            },
            std::is_member_pointer_v<std::decay_t<F>>};
}

} // namespace SignalBox::detail
