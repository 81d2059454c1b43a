// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

// How a callable takes an event: as an argument, or not at all.

namespace SignalBox::detail {

// An event type that a registry can have: what events are read through is `const E &`.
template <class E>
inline constexpr bool isEventType = std::is_same_v<E, std::remove_cvref_t<E>> && !std::is_function_v<E>;

template <class Callable, class E>
inline constexpr bool takesEvent = std::is_invocable_v<Callable &, const E &>;
template <class Callable, class E>
    requires std::is_void_v<E>
inline constexpr bool takesEvent<Callable, E> = false;

// Callables that take the event get it, also if they could do without: those are not even tried without.
template <class Callable, class E>
inline constexpr bool isInvocableFor =
        std::disjunction_v<std::bool_constant<takesEvent<Callable, E>>, std::is_invocable<Callable &>>;

// `event` points to an E; it is not looked at if E is void.
template <class E, class Callable>
decltype(auto) invokeHandler(Callable &callable, [[maybe_unused]] const void *event)
{
    if constexpr (takesEvent<Callable, E>)
        return std::invoke(callable, *static_cast<const E *>(event));
    else
        return std::invoke(callable);
}

template <class Callable, class E>
using HandlerResult = decltype(invokeHandler<E>(std::declval<Callable &>(), nullptr));

/*! A member function and the object it is called on, as one callable. */
template <class Object, class Member>
struct BoundMember
{
    Object *object;
    Member member;

    template <class... Arguments>
        requires std::is_invocable_v<const Member &, Object *, Arguments...>
    decltype(auto) operator()(Arguments &&...arguments) const
    {
        return std::invoke(member, object, std::forward<Arguments>(arguments)...);
    }
};

/*! Whether `Member`, a pointer to a member function, can be called on an `Object` for an event. */
template <class Member, class Object, class E>
concept MemberHandlerFor = std::is_member_function_pointer_v<Member> && isInvocableFor<BoundMember<Object, Member>, E>;

/*! Whether a registration names a member function before its object; the other argument is no `Options`. */
template <class First, class Second, class Options>
concept MemberBeforeObject = std::is_member_function_pointer_v<std::remove_cvref_t<First>> && !std::is_convertible_v<Second, Options>;

/*! Refuses it. */
template <class Member>
constexpr void refuseMemberBeforeObject()
{
    static_assert(!sizeof(Member), "the object first, then its member function: (object, &Class::member)");
}

} // namespace SignalBox::detail
