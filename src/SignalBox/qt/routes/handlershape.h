// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/registry/handlerinvocation.h>
#include <SignalBox/qt/backlogs/eventbatch.h>

#include <QtCore/qfuture.h>

#include <type_traits>

namespace SignalBox {
template <class T>
class Task;
}

// What a callable of an AsyncRegistry is called with. It is tried with an event, then with a batch, then without an argument.

namespace SignalBox::detail {

template <class T>
inline constexpr bool isFuture = false;
template <class T>
inline constexpr bool isFuture<QFuture<T>> = true;

template <class T>
inline constexpr bool isTask = false;
template <class T>
inline constexpr bool isTask<SignalBox::Task<T>> = true;

/*! Whether a handler that returns it is done when its coroutine has ended. */
template <class T>
inline constexpr bool isHandlerTask =
        std::is_same_v<T, SignalBox::Task<void>> || std::is_same_v<T, SignalBox::Task<Propagation>>;

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
        return std::is_void_v<
                       Result> || std::is_same_v<Result, Propagation> || isFuture<Result> || isHandlerTask<Result>;
    } else {
        return false;
    }
}();

/*! Whether it is a handler of events, or of batches, that returns a Task, be it of a type that no handler may return. */
template <class F, class E>
inline constexpr bool returnsTask = [] {
    if constexpr (takesBatch<F, E>)
        return isTask<std::remove_cvref_t<std::invoke_result_t<F &, const EventBatch<E> &>>>;
    else if constexpr (isAsyncInvocable<F, E>)
        return isTask<std::remove_cvref_t<HandlerResult<F, E>>>;
    else
        return false;
}();

/*! As MemberHandlerFor, of a member function of a batch, too. */
template <class Member, class Object, class E>
concept AsyncMemberHandlerFor =
        std::is_member_function_pointer_v<Member> && isAsyncInvocable<BoundMember<Object, Member>, E>;

} // namespace SignalBox::detail
