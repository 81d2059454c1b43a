// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*! The context of the coroutines that were spawned for \a thread: an object that lives there, and ends with the QThread object. Throws std::bad_alloc. */
QObject *contextOf(QThread *thread);

} // namespace SignalBox::detail
