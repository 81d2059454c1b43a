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
#ifdef SIGNALBOX_THREAD_SANITIZER
    static void acquire(const void *object) noexcept { __tsan_acquire(const_cast<void *>(object)); }
    static void release(const void *object) noexcept { __tsan_release(const_cast<void *>(object)); }
    template <class T>
    static void acquire(const QFuture<T> &future)
    {
        acquire(&QFutureInterfaceBase::get(future).mutex());
    }
    template <class T>
    static void release(const QFuture<T> &future)
    {
        release(&QFutureInterfaceBase::get(future).mutex());
    }
    template <class T>
    static void acquire(const QPromise<T> &promise)
    {
        acquire(promise.future());
    }
    template <class T>
    static void release(const QPromise<T> &promise)
    {
        release(promise.future());
    }
#else
    template <class Object>
    static void acquire(const Object &) noexcept
    {
    }
    template <class Object>
    static void release(const Object &) noexcept
    {
    }
#endif
};

} // namespace SignalBox::detail
