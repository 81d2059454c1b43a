// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/queueentry.h>
#include <SignalBox/qt/handlers/changedslots.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qhashfunctions.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>

// The keys of latestBy(), where their type is not known any more.

namespace SignalBox::detail {

class LatestSlot;

/*! The key of one event, for the time of its post. */
struct LatestKey
{
    std::uint64_t hash; // well mixed
    const void *value;
    LatestSlot *(*makeSlot)(const LatestKey &key); // throws what copying the key throws
};

/*! What a store keeps for a key: its newest event, if that waits. */
class SIGNALBOX_QT_EXPORT LatestSlot : public ChangedSlot<DeliveryPlatform, QueueEntry>
{
public:
    explicit LatestSlot(std::uint64_t itsHash) noexcept : hash(itsHash) {}
    virtual ~LatestSlot();
    LatestSlot(const LatestSlot &) = delete;
    LatestSlot &operator=(const LatestSlot &) = delete;

    virtual const void *key() const noexcept = 0;
    virtual bool isFor(const void *key) const noexcept = 0;

    const std::uint64_t hash;
    // Under the lock of its table.
    LatestSlot *pending = nullptr;
    LatestSlot *nextInBucket = nullptr;
    // The consumer's: those that had an event, the oldest first.
    LatestSlot *before = nullptr;
    LatestSlot *after = nullptr;
    std::uint64_t round = 0; // that took the last event; 0: it is in no list
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
class LatestSlotOf final : public LatestSlot
{
public:
    static LatestSlot *make(const LatestKey &key) { return new LatestSlotOf(key); }

    const void *key() const noexcept override { return &m_key; }
    bool isFor(const void *key) const noexcept override
    {
        return std::equal_to<Key>()(m_key, *static_cast<const Key *>(key));
    }

private:
    explicit LatestSlotOf(const LatestKey &key) : LatestSlot(key.hash), m_key(*static_cast<const Key *>(key.value)) {}

    const Key m_key;
};

/*! \a key is referred to. Throws what its hash throws. */
template <class Key>
LatestKey latestKeyOf(const Key &key)
{
    return {hashOf(key), &key, &LatestSlotOf<Key>::make};
}

/*! Throws, as the exception of a handler whose key is not equal to itself. */
[[noreturn]] SIGNALBOX_QT_EXPORT void throwUnequalKey();

} // namespace SignalBox::detail
