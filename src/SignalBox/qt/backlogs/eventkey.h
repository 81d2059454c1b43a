// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qhashfunctions.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <type_traits>

// The keys of a backlog, for code that does not know their type.

namespace SignalBox::detail {

/*! What a store, which does not know the type of its keys, does with them. */
struct KeyOperations
{
    std::size_t size;
    std::size_t alignment;
    void (*copy)(void *place, const void *key); // into raw memory; throws what copying the key throws
    void (*destroy)(void *key) noexcept;
    bool (*areEqual)(const void *a, const void *b);
};

/*! The key of one event. It is valid during the post of the event. */
struct EventKey
{
    std::uint64_t hash; // well mixed
    const void *value;
    const KeyOperations *operations;
};

template <class Key>
inline constexpr bool hasStdHash = requires(const Key &key)
{
    {
        std::hash<Key>()(key)
        } -> std::convertible_to<std::size_t>;
};

template <class Key>
inline constexpr bool hasQHash = requires(const Key &key)
{
    {
        qHash(key)
        } -> std::convertible_to<std::size_t>;
};

/*! Whether events can be told apart by it. */
template <class Key>
concept HashableKey = std::is_copy_constructible_v<Key> && std::equality_comparable<Key> && !std::is_same_v<
                              Key, const char *> && (hasStdHash<Key> || hasQHash<Key>);

template <class Key>
std::uint64_t hashOf(const Key &key)
{
    std::uint64_t hash = 0;
    if constexpr (hasStdHash<Key>)
        hash = std::hash<Key>()(key);
    else
        hash = qHash(key);
    // The standard hash of a number is that number: neighbours are to be spread over all bits.
    hash *= 0x9E37'79B9'7F4A'7C15;
    return hash ^ (hash >> 32);
}

template <class Key>
inline constexpr KeyOperations keyOperationsOf{
        .size = sizeof(Key),
        .alignment = alignof(Key),
        .copy = [](void *place, const void *key) { ::new (place) Key(*static_cast<const Key *>(key)); },
        .destroy = [](void *key) noexcept { std::destroy_at(static_cast<Key *>(key)); },
        .areEqual = [](const void *a, const void *b) -> bool {
            return std::equal_to<Key>()(*static_cast<const Key *>(a), *static_cast<const Key *>(b));
        },
};

/*! The result refers to \a key. Throws what the hash function throws. */
template <class Key>
EventKey eventKeyOf(const Key &key)
{
    return {hashOf(key), std::addressof(key), &keyOperationsOf<Key>};
}

/*! Throws the exception by which a handler fails whose key is not equal to itself. */
[[noreturn]] SIGNALBOX_QT_EXPORT void throwUnequalKey();

} // namespace SignalBox::detail
