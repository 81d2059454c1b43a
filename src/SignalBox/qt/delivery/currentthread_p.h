// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    The calling thread's QThread object, as QThread::currentThread() says, which is asked once by each thread: its answer costs as much as a
    delivery. For comparisons only, as thread_locals that are destroyed late may ask when Qt has deleted the object.
*/
class CurrentThread
{
public:
    static const QThread *object() noexcept { return s_object ? s_object : ask(); }

private:
    static const QThread *ask() noexcept;

    // Initial-exec: see RunningCall.
#if defined(__GNUC__) && defined(__ELF__)
    __attribute__((tls_model("initial-exec")))
#endif
    static thread_local constinit const QThread *s_object; // null: not asked yet
};

} // namespace SignalBox::detail
