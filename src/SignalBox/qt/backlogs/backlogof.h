// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/registry/nullfunction.h>
#    include <SignalBox/qt/backlogs/eventkey.h>
#endif
#include <SignalBox/qt/backlogs/backlog.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/delivery/event.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace SignalBox {

namespace detail {

/*! Calls \a function with an event; or, if that is a tuple of a signal's arguments, with as many of these as it takes. */
template <class F, class Value>
concept TakesValue = std::is_invocable_v<const F &, const Value &>;

template <class F, class Value, class Indices = void>
inline constexpr bool takesLeading = false;
template <class F, class... T, std::size_t... index>
inline constexpr bool takesLeading<F, std::tuple<T...>, std::index_sequence<index...>> =
    std::is_invocable_v<const F &, const std::tuple_element_t<index, std::tuple<T...>> &...>;

template <class F, class Value>
inline constexpr int leadingCount = -1;
template <class F, class... T>
inline constexpr int leadingCount<F, std::tuple<T...>> = [] {
    return []<std::size_t... lost>(std::index_sequence<lost...>) {
        int count = -1;
        ((count = count < 0 && takesLeading<F, std::tuple<T...>, std::make_index_sequence<sizeof...(T) - lost>>
              ? static_cast<int>(sizeof...(T) - lost)
              : count),
         ...);
        return count;
    }(std::make_index_sequence<sizeof...(T)>());
}();

template <class F, class Value>
    requires TakesValue<F, Value> || (leadingCount<F, Value> > 0)
decltype(auto) invokeOnValue(const F &function, const Value &value)
{
    if constexpr (TakesValue<F, Value>) {
        return std::invoke(function, value);
    } else {
        return [&]<std::size_t... index>(std::index_sequence<index...>) -> decltype(auto) {
            return std::invoke(function, std::get<index>(value)...);
        }(std::make_index_sequence<static_cast<std::size_t>(leadingCount<F, Value>)>());
    }
}

template <class Key, class Value>
struct KeyResult
{
    using Type = void;
};
template <class Key, class Value>
    requires requires(const Key &key, const Value &value) { invokeOnValue(key, value); }
struct KeyResult<Key, Value>
{
    using Type = std::remove_cvref_t<decltype(invokeOnValue(std::declval<const Key &>(), std::declval<const Value &>()))>;
};

template <class F>
inline constexpr bool isGiven = !std::is_same_v<F, NoFunction>;

/*! The functions of a backlog, of events that have a \c Value. */
template <class Value, class Key, class Merge, class Predicate>
class FunctionPolicy final : public EventPolicy
{
public:
    FunctionPolicy(Key key, Merge mergeFunction, Predicate predicate)
        : m_key(std::move(key)), m_merge(std::move(mergeFunction)), m_predicate(std::move(predicate))
    {
    }

    bool wants(const Event &event) const override
    {
        if constexpr (isGiven<Predicate>)
            return static_cast<bool>(invokeOnValue(m_predicate, valueOf(event)));
        else
            return EventPolicy::wants(event);
    }

    void withKey(const Event &event, void *user, KeyUse use) const override
    {
        if constexpr (isGiven<Key>) {
            using Result = typename KeyResult<Key, Value>::Type;
            const Result &key = invokeOnValue(m_key, valueOf(event));
            if (!std::equal_to<Result>()(key, key))
                throwUnequalKey();
            use(user, eventKeyOf<Result>(key));
        } else {
            EventPolicy::withKey(event, user, use);
        }
    }

    EventPointer copy(const Event &event) const override
    {
        if constexpr (isGiven<Merge>)
            return EventStorage<Value>::create(Value(valueOf(event)), event.hasExtras() ? Event::Extras::Yes : Event::Extras::No);
        else
            return EventPolicy::copy(event);
    }

    void merge(const Event &kept, const Event &newer) const override
    {
        if constexpr (isGiven<Merge>)
            std::invoke(m_merge, static_cast<const StoredEvent<Value> &>(kept).ownValue(), Value(valueOf(newer)));
        else
            EventPolicy::merge(kept, newer);
    }

private:
    static const Value &valueOf(const Event &event) noexcept { return static_cast<const StoredEvent<Value> &>(event).value(); }

    const Key m_key;
    const Merge m_merge;
    const Predicate m_predicate;
};

} // namespace detail

/*!
    \class SignalBox::BacklogOf
    \brief A Backlog for events of type E: a Backlog, or one with functions that fit E.

    \plainvalue

    \code
    const SignalBox::BacklogOf<Tick> newest = SignalBox::Backlog::newestBy(&Tick::symbol).every(16);
    \endcode
*/
template <class E>
class BacklogOf
{
    using Value = std::conditional_t<std::is_void_v<E>, detail::NoEvent, E>;

public:
    /*! As Backlog::all(). */
    BacklogOf() noexcept = default;
    /*! A backlog without functions. */
    BacklogOf(Backlog backlog) noexcept : m_plain(backlog) {} // NOLINT(google-explicit-constructor): it is one

    /*! A backlog with functions of the program. They are callable as const on a `const E &`. */
    template <class Key, class Merge, class Predicate>
    BacklogOf(BacklogWith<Key, Merge, Predicate> backlog) : m_plain(backlog.plain) // NOLINT(google-explicit-constructor): the same
    {
        static_assert(!std::is_void_v<E>, "Backlog: events without data have no key and no value: expected all(), newest() or oldest()");
        if constexpr (!std::is_void_v<E>) {
            using KeyType = typename detail::KeyResult<Key, Value>::Type;
            constexpr bool hasKey = [] {
                if constexpr (std::is_void_v<KeyType>)
                    return !detail::isGiven<Key>;
                else
                    return detail::HashableKey<KeyType>;
            }();
            static_assert(hasKey, "Backlog: the key is a callable as const on const E &, or a pointer to a member; its result can be copied, "
                                  "and has == and std::hash or qHash(); of const char * only the address would count");
            constexpr bool canCopy = !detail::isGiven<Merge> || std::is_copy_constructible_v<Value>;
            static_assert(canCopy, "Backlog: events that are merged can be copied");
            constexpr bool canMerge = !detail::isGiven<Merge> || std::is_invocable_v<const Merge &, Value &, Value &&>;
            static_assert(canMerge, "Backlog: the merge is a callable as const on (E &kept, E &&newer)");
            constexpr bool canAsk = !detail::isGiven<Predicate>
                    || std::is_convertible_v<typename detail::KeyResult<Predicate, Value>::Type, bool>;
            static_assert(canAsk, "Backlog: the predicate of where() is a callable as const on const E & that returns bool");
            if constexpr (hasKey && canCopy && canMerge && canAsk) {
                m_hasNullFunction = detail::isNullFunction(backlog.key) || detail::isNullFunction(backlog.merge)
                        || detail::isNullFunction(backlog.predicate);
                m_policy = std::make_shared<detail::FunctionPolicy<Value, Key, Merge, Predicate>>(
                    std::move(backlog.key), std::move(backlog.merge), std::move(backlog.predicate));
            }
        }
    }

    /*! The backlog without its functions. */
    const Backlog &plain() const noexcept { return m_plain; }

    //! \cond For registries
    const std::shared_ptr<const detail::EventPolicy> &policy() const noexcept { return m_policy; }
    bool hasNullFunction() const noexcept { return m_hasNullFunction; }
    //! \endcond

private:
    Backlog m_plain;
    std::shared_ptr<const detail::EventPolicy> m_policy; // null: no functions
    bool m_hasNullFunction = false;
};

} // namespace SignalBox
