// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qloggingcategory.h>
#include <QtCore/qstring.h>

#include <chrono>
#include <exception>

namespace SignalBox {
class HandlerFailure;
class StallInfo;
struct WaitReport;
}

namespace SignalBox::detail {

class HandlerReference;

/*! The category "signalbox" of everything that the Qt and QML layers log. */
SIGNALBOX_QT_EXPORT const QLoggingCategory &loggingCategory();

/*!
    A warning for a call that makes no sense. \a caller: such as "OsSignals::watch()"; \a outcome: what the call has
    done instead.
*/
SIGNALBOX_QT_EXPORT void warnRefused(const char *caller, const QString &problem,
                                     const char *outcome = "nothing was installed");

/*! One line that names registry and handler, and says what was thrown. */
SIGNALBOX_QT_EXPORT QString describeFailure(const HandlerFailure &failure, const QString &registryName);

/*! Warns of a failure for which there is no listener. If a script has failed, ScriptException::logUnheard() warns. */
SIGNALBOX_QT_EXPORT void logFailure(const HandlerFailure &failure, const QString &registryName);

/*! A warning for an emission of a source that could not be made an event: \a exception says why. */
SIGNALBOX_QT_EXPORT void logLostEmission(const QString &registryName, std::exception_ptr exception);

/*! A warning for a wait of more than a second, which may be two handlers waiting for each other. */
void logLongWait(const WaitReport &report) noexcept;

/*! A warning for a call that took longer than the registry's budget. */
void logSlowHandler(const HandlerReference &handler, std::chrono::nanoseconds time, std::chrono::nanoseconds budget);

/*! A line of the stall report. */
void logStall(const StallInfo &stall);

} // namespace SignalBox::detail
