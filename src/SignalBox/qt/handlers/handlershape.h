// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerinvocation.h>
#include <SignalBox/qt/eventbatch.h>
#include <SignalBox/qt/handlers/latestkey.h>
#include <SignalBox/qt/latestby.h>

#include <QtCore/qfuture.h>

#include <functional>
#include <string_view>
#include <type_traits>

// What a callable of an AsyncRegistry is called with. It is tried with an event, then with a batch, then without an argument.

namespace SignalBox::detail {

template <class T>
inline constexpr bool isFuture = false;
template <class T>
inline constexpr bool isFuture<QFuture<T>> = true;

template <class F, class E>
struct InvocableWithBatch : std::is_invocable<F &, const EventBatch<E> &>
{};
template <class F, class E>
    requires std::is_void_v<E>
struct InvocableWithBatch<F, E> : std::false_type
{};

template <class F, class E>
inline constexpr bool takesBatch = std::conjunction_v<std::bool_constant<!takesEvent<F, E>>, InvocableWithBatch<F, E>>;

template <class F, class E>
inline constexpr bool isAsyncInvocable =
        std::disjunction_v<std::bool_constant<takesEvent<F, E>>, InvocableWithBatch<F, E>, std::is_invocable<F &>>;

/*! Whether F can handle events of an AsyncRegistry<E>. */
template <class F, class E>
inline constexpr bool isAsyncHandler = [] {
    if constexpr (takesBatch<F, E>) {
        using Result = std::invoke_result_t<F &, const EventBatch<E> &>;
        return std::is_void_v<Result> || isFuture<Result>;
    } else if constexpr (isAsyncInvocable<F, E>) {
        using Result = HandlerResult<F, E>;
        return std::is_void_v<Result> || std::is_same_v<Result, Propagation> || isFuture<Result>;
    } else {
        return false;
    }
}();

// A lambda has no name in the language, but one to people.
template <class F>
constexpr bool isNamedAsLambda()
{
#if defined(__GNUC__)
    constexpr std::string_view name = __PRETTY_FUNCTION__;
#else
    constexpr std::string_view name = __FUNCSIG__;
#endif
    return name.find("lambda") != std::string_view::npos && name.find("F = std::") == std::string_view::npos;
}

/*! Whether F is a lambda with `auto`, and so would take a batch as well. Without a look into its body, which may not compile for one. */
template <class F>
inline constexpr bool isGenericLambda = isNamedAsLambda<F>() && !requires { &F::operator(); };

/*! The type of an event's key; void if the function gives none. */
template <class KeyFunction, class E>
struct KeyType
{
    using Type = void;
};
template <class KeyFunction, class E>
    requires std::is_invocable_v<const KeyFunction &, const E &>
struct KeyType<KeyFunction, E>
{
    using Type = std::remove_cvref_t<std::invoke_result_t<const KeyFunction &, const E &>>;
};
template <class KeyFunction, class E>
using KeyOf = typename KeyType<KeyFunction, E>::Type;

/*! Whether F is a handler of latestBy() for events of an AsyncRegistry<E>. */
template <class F, class E>
inline constexpr bool isLatestHandler = false;
template <class KeyFunction, class Handler, class E>
    requires(!std::is_void_v<E>)
inline constexpr bool isLatestHandler<LatestBy<KeyFunction, Handler>, E> = HashableKey<KeyOf<KeyFunction, E>> && isAsyncHandler<Handler, E>;

/*! As MemberHandlerFor, of a member function of a batch, too. */
template <class Member, class Object, class E>
concept AsyncMemberHandlerFor =
        std::is_member_function_pointer_v<Member> && isAsyncInvocable<BoundMember<Object, Member>, E>;

} // namespace SignalBox::detail
