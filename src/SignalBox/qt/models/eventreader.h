// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlogof.h>
#include <SignalBox/qt/delivery/event.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace SignalBox::detail {

/*! A function that reads something of events of one type, or of any. */
struct EventReader
{
    QMetaType type; // invalid: any that a QVariant can hold
    const void *(*find)(const Event &event); // the value, if it is of that type; for types that no QVariant can hold; null for any type
    std::function<QVariant(const Event::Content &content)> read;
    bool isMember; // a pointer to one, which needs nothing but the event: any thread may read it
};

/*! The value of an event, if it is one of type E; else null. \a event may be null. */
template <class E>
const E *eventValue(const Event::Content &content, const Event *event)
{
    if (content.type.isValid())
        return content.type == QMetaType::fromType<E>() ? static_cast<const E *>(content.value) : nullptr;
    const auto *const stored = dynamic_cast<const StoredEvent<E> *>(event);
    return stored ? std::addressof(stored->value()) : nullptr;
}

/*! Whether something is true of an event. Nothing: it is of a type that the predicate is not for. May throw. */
using EventPredicate = std::function<std::optional<bool>(const Event::Content &content, const Event *event)>;

template <class E, class F>
EventPredicate makeEventPredicate(F &&function)
{
    return [predicate = std::forward<F>(function)](const Event::Content &content, const Event *event) -> std::optional<bool> {
        const E *const value = eventValue<E>(content, event);
        if (!value)
            return std::nullopt;
        return static_cast<bool>(std::invoke(predicate, *value));
    };
}

/*! Takes events into another one: on the threads that post, and on the model's. Thread-safe if the function of the program is. */
struct EventMerge
{
    QMetaType type; // of the events that the policy is for
    std::shared_ptr<const EventPolicy> policy; // copies and merges events of that type; null: the model's thread does
    const void *(*find)(const Event &event); // the value, if it is of that type
    std::function<QVariant(const Event::Content &kept, const Event::Content &newer)> merge; // returns what is kept then
};

template <class E, class F>
EventMerge makeEventMerge(F function)
{
    return {QMetaType::fromType<E>(), std::make_shared<FunctionPolicy<E, NoFunction, F, NoFunction>>(NoFunction(), function, NoFunction()),
            [](const Event &event) -> const void * { return eventValue<E>({}, &event); },
            [function](const Event::Content &kept, const Event::Content &newer) {
                const QMetaType type = QMetaType::fromType<E>();
                if (kept.type != type || newer.type != type)
                    throw std::domain_error("the event is of another type");
                QVariant value(kept.type, kept.value);
                std::invoke(function, *static_cast<E *>(value.data()), E(*static_cast<const E *>(newer.value)));
                return value;
            }};
}

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
            [reading = std::forward<F>(function)](const Event::Content &content) {
                return toVariant(std::invoke(reading, *static_cast<const E *>(content.value)));
            },
            std::is_member_pointer_v<std::decay_t<F>>};
}

} // namespace SignalBox::detail
