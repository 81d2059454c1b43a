// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/currentthread_p.h>

#include <QtCore/qthread.h>

namespace SignalBox::detail {

thread_local constinit const QThread *CurrentThread::s_object = nullptr;

const QThread *CurrentThread::ask() noexcept
{
    return s_object = QThread::currentThread();
}

} // namespace SignalBox::detail
