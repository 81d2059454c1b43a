// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// What a signal's arguments are, and which of them an event or a handler takes.

namespace SignalBox::detail {

template <class... T>
struct TypeList
{
    static constexpr int count = sizeof...(T);
};

template <std::size_t... I, class... T>
TypeList<std::tuple_element_t<I, std::tuple<std::type_identity<T>...>>...> firstOf(std::index_sequence<I...>, TypeList<T...>);
template <class T>
struct Unwrapped;
template <class... T>
struct Unwrapped<TypeList<std::type_identity<T>...>>
{
    using Type = TypeList<T...>;
};
template <int count, class List>
using FirstTypes = typename Unwrapped<decltype(firstOf(std::make_index_sequence<static_cast<std::size_t>(count)>(), List()))>::Type;

// The QPrivateSignal of a class is private, and so is known by its name only.
template <class T>
constexpr bool isPrivateSignalTag()
{
#if defined(__GNUC__)
    constexpr std::string_view name = __PRETTY_FUNCTION__;
#else
    constexpr std::string_view name = __FUNCSIG__;
#endif
    return name.find("::QPrivateSignal") != std::string_view::npos;
}

template <class Object, class... T>
struct SignalOf
{
    using Class = Object;
    using All = TypeList<std::remove_cvref_t<T>...>;

private:
    static constexpr bool endsWithTag = [] {
        bool isTag = false;
        ((isTag = isPrivateSignalTag<std::remove_cvref_t<T>>()), ...);
        return isTag;
    }();

public:
    /*! Without the private one. */
    using Arguments = FirstTypes<All::count - (endsWithTag ? 1 : 0), All>;
};

/*! The class and the arguments of a signal; nothing for what is no pointer to a member function. */
template <class Signal>
struct SignalTraits
{
};
template <class Object, class R, class... T>
struct SignalTraits<R (Object::*)(T...)> : SignalOf<Object, T...>
{
};
template <class Object, class R, class... T>
struct SignalTraits<R (Object::*)(T...) const> : SignalOf<Object, T...>
{
};
template <class Object, class R, class... T>
struct SignalTraits<R (Object::*)(T...) noexcept> : SignalOf<Object, T...>
{
};
template <class Object, class R, class... T>
struct SignalTraits<R (Object::*)(T...) const noexcept> : SignalOf<Object, T...>
{
};

template <class Signal>
concept SignalPointer = requires { typename SignalTraits<Signal>::Class; };

// --- an event of arguments ------------------------------------------------------------------------

struct AnyMember
{
    template <class T>
    operator T() const; // NOLINT(google-explicit-constructor): stands for an argument of any type
};

template <class E, class... T>
concept MadeInBraces = requires(const T &...arguments) { E{arguments...}; };

template <class E, class List, std::size_t... I>
constexpr bool hasRoomFor(std::index_sequence<I...>)
{
    return MadeInBraces<E, std::conditional_t<(I >= 0), AnyMember, void>...>;
}

template <class E, class... T>
constexpr bool isMadeOf(TypeList<T...>)
{
    constexpr bool isAggregate = std::is_aggregate_v<E> && std::is_class_v<E>;
    if constexpr (sizeof...(T) == 0)
        return std::is_empty_v<E> && std::is_default_constructible_v<E>;
    else if constexpr (sizeof...(T) == 1 && (std::is_convertible_v<const T &, E> && ...))
        return true;
    else if constexpr (isAggregate)
        return MadeInBraces<E, T...>;
    else
        return sizeof...(T) > 1 && std::is_constructible_v<E, const T &...>;
}

/*!
    How many of a signal's arguments an event is made of; -1 if it cannot be made. The first one alone if that is the event;
    otherwise as many as possible. An aggregate that has a member for an argument gets it: what does not fit is not left out.
*/
template <class E, class List, int tried = List::count>
constexpr int takenByEvent()
{
    if constexpr (std::is_void_v<E>) {
        return 0;
    } else if constexpr (List::count != 0 && std::is_same_v<FirstTypes<(List::count != 0), List>, TypeList<E>>) {
        return std::is_copy_constructible_v<E> ? 1 : -1;
    } else if constexpr (isMadeOf<E>(FirstTypes<tried, List>())) {
        if constexpr (tried < List::count && std::is_aggregate_v<E> && std::is_class_v<E>
                      && hasRoomFor<E, List>(std::make_index_sequence<tried + 1>()))
            return -1;
        else
            return tried;
    } else if constexpr (tried > 0) {
        return takenByEvent<E, List, tried - 1>();
    } else {
        return -1;
    }
}

template <class E, class... T>
E makeEvent(const T &...arguments)
{
    if constexpr (sizeof...(T) == 1 && (std::is_convertible_v<const T &, E> && ...))
        return (static_cast<E>(arguments), ...);
    else if constexpr (std::is_aggregate_v<E> && std::is_class_v<E>)
        return E{arguments...};
    else
        return E(arguments...);
}

} // namespace SignalBox::detail
