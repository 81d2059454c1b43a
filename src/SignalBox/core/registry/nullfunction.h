// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>

#include <cstddef>
#include <type_traits>

namespace SignalBox::detail {

/*!
    Whether \a function is a null pointer, or an empty std::function or the like. What cannot be made of nullptr is never
    null, though it may compare with it: a lambda that converts to a pointer.
*/
template <class F>
constexpr bool isNullFunction(const F &function)
{
    if constexpr (std::is_pointer_v<F> || std::is_member_pointer_v<F>
                  || (std::is_class_v<F> && std::is_constructible_v<F, std::nullptr_t>
                      && requires { function == nullptr; }))
        return function == nullptr;
    else
        return false;
}

/*! Throws std::invalid_argument. Not inline: one call where a handler is registered. */
[[noreturn]] SIGNALBOX_CORE_EXPORT void refuse(const char *message);

/*! Throws std::invalid_argument if \a function is null. */
template <class F>
void requireCallable(const F &function, const char *message)
{
    if (isNullFunction(function))
        refuse(message);
}

} // namespace SignalBox::detail
