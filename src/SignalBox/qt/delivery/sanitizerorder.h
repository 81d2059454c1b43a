// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>

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
    Tells ThreadSanitizer what Qt orders. Distributions build Qt without it, so it cannot see the locks and reference
    counts inside Qt by which one thread hands a queued call or a future's result to another. Empty in other builds.

    What happened before a release() happens before what follows a later acquire() of the same object, and of no other:
    an order that Qt does not make would hide a race. A future and its promise are one object.
*/
class SanitizerOrder
{
public:
    static void acquire([[maybe_unused]] const void *object) noexcept
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        __tsan_acquire(const_cast<void *>(object));
#endif
    }
    static void release([[maybe_unused]] const void *object) noexcept
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        __tsan_release(const_cast<void *>(object));
#endif
    }

    template <class T>
    static void acquire([[maybe_unused]] const QFuture<T> &future)
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        acquire(&QFutureInterfaceBase::get(future).mutex());
#endif
    }
    template <class T>
    static void release([[maybe_unused]] const QFuture<T> &future)
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        release(&QFutureInterfaceBase::get(future).mutex());
#endif
    }

    template <class T>
    static void acquire([[maybe_unused]] const QPromise<T> &promise)
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        acquire(promise.future());
#endif
    }
    template <class T>
    static void release([[maybe_unused]] const QPromise<T> &promise)
    {
#ifdef SIGNALBOX_THREAD_SANITIZER
        release(promise.future());
#endif
    }
};

} // namespace SignalBox::detail
