// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qstring.h>

namespace SignalBox::detail {

/*! A warning in the category \c signalbox: what \a caller, such as "OsSignals::watch()", was asked for makes no
    sense. */
SIGNALBOX_QT_EXPORT void warnRefused(const char *caller, const QString &problem);

} // namespace SignalBox::detail
