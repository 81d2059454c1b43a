// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <new>
#include <type_traits>

namespace SignalBox {

/*!
    \class SignalBox::WakeFunction
    \brief What an EventRegistry calls to have its broadcast() called: writes to a pipe, posts a semaphore.

    It is called from signal handlers and must be async-signal-safe: no lock, no memory, no exception. Hence it is a
    function, or a function object that does not throw and fits into a pointer, such as a lambda that captures `this`.
    Empty: nobody is woken.

    \threadsafety Thread-safe and async-signal-safe, as far as the function is.
    \cost An indirect call. No allocation: the function lies inside.
    \lifetime A value that owns its function; what a captured pointer points to must outlive the registry.
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

    /*! Does nothing if empty. As safe as the function. */
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
