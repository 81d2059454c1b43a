// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*! The context of coroutines that belong to a thread: an object that lives there, from its first use until the QThread object dies. */
class ThreadContext
{
public:
    /*! Throws std::bad_alloc. */
    static QObject *ofThisThread();
};

} // namespace SignalBox::detail
