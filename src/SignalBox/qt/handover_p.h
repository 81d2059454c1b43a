// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <utility>

#if defined(__SANITIZE_THREAD__)
#  define SIGNALBOX_THREAD_SANITIZER 1
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define SIGNALBOX_THREAD_SANITIZER 1
#  endif
#endif

#ifdef SIGNALBOX_THREAD_SANITIZER
extern "C" void __tsan_acquire(void *address);
extern "C" void __tsan_release(void *address);
#endif

namespace SignalBox::detail {

/*!
    A function without arguments that one thread gives to Qt and another thread gets from it, in a queued call or a
    connection. Distributions build Qt without ThreadSanitizer, which therefore cannot see that Qt's locks and
    reference counts order the two: so the function says it itself. Elsewhere it is the function and nothing more.
*/
template <class F>
class HandOver
{
public:
    explicit HandOver(F function) : m_function(std::move(function)) { release(); }
    HandOver(HandOver &&other) noexcept : m_function(std::move(other.m_function)) { release(); }
    ~HandOver() { acquire(); }
    Q_DISABLE_COPY(HandOver)
    HandOver &operator=(HandOver &&) = delete;

    void operator()()
    {
        acquire();
        m_function();
        release();
    }

private:
#ifdef SIGNALBOX_THREAD_SANITIZER
    static void acquire() noexcept { __tsan_acquire(&address); }
    static void release() noexcept { __tsan_release(&address); }
    static inline char address = 0;
#else
    static void acquire() noexcept {}
    static void release() noexcept {}
#endif

    F m_function;
};

} // namespace SignalBox::detail
