// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/language.h>

#include <concepts>
#include <new>
#include <type_traits>

namespace SignalBox {

/*!
    \class SignalBox::WakeFunction
    \brief The function by which an EventRegistry asks for a broadcast(): it writes to a pipe or posts a semaphore.

    It is called in signal handlers and must be async-signal-safe: no lock, no allocation, no exception. So it is a
    function, or a function object that does not throw and fits into a pointer, such as a lambda that captures `this`.
    An empty one does nothing.

    \threadsafety Thread-safe and async-signal-safe if the function is.
    \cost An indirect call. No allocation: the function is stored inside.
    \lifetime A value that owns its function. The target of a captured pointer must outlive the registry.
    \errors A function that throws, is larger than a pointer or has a destructor does not compile.

    \code
    SignalBox::EventRegistry<> events{SignalBox::VectorStorage(4), [&semaphore]() noexcept { sem_post(&semaphore); }};
    \endcode
*/
class WakeFunction
{
public:
    /*! Empty. */
    WakeFunction() noexcept = default;

    /*! A copy of `function`. */
    template <class F>
        requires(!std::same_as<F, WakeFunction> && std::is_nothrow_invocable_v<const F &> && std::is_trivially_copyable_v<F>
                 // NOLINTNEXTLINE(misc-redundant-expression): clang-tidy 14 takes size and alignment for one thing
                 && sizeof(F) <= sizeof(void *) && alignof(F) <= alignof(void *))
    WakeFunction(F function) noexcept
    {
        ::new (static_cast<void *>(m_function)) F(function);
        m_call = [](const void *stored) noexcept { (*std::launder(static_cast<const F *>(stored)))(); };
    }

    /*! Calls the function; does nothing if empty. */
    void operator()() const noexcept
    {
        if (m_call)
            m_call(m_function);
    }

private:
    using Call = void (*)(const void *) noexcept;

    alignas(void *) unsigned char m_function[sizeof(void *)] = {};
    Call m_call = nullptr;
};

} // namespace SignalBox
