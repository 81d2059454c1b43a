// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

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
    counts inside of Qt by which one thread gives another one a queued call, or a future's result. Elsewhere these are
    empty. What was done before a release() happens before what follows a later acquire().
*/
class SIGNALBOX_QT_EXPORT SanitizerOrder
{
public:
#ifdef SIGNALBOX_THREAD_SANITIZER
    static void acquire() noexcept { __tsan_acquire(&address); }
    static void release() noexcept { __tsan_release(&address); }

private:
    static inline char address = 0; // one for all libraries, since the class is exported
#else
    static void acquire() noexcept {}
    static void release() noexcept {}
#endif
};

} // namespace SignalBox::detail
