// SPDX-License-Identifier: MIT
#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/waitreport.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/qt/observing/scriptexception.h>
#include <SignalBox/qt/observing/stallinfo.h>

#include <QtCore/qdebug.h>

namespace SignalBox::detail {

namespace {

// When the library is loaded, so that a program's own callback, set later, stays.
[[maybe_unused]] const WaitReportCallback coreCallback = setWaitReportCallback(&logLongWait);

QString describe(const WaitReport::Handler &handler)
{
    return HandlerDescription(handler.id, handler.name, handler.registeredAt, handler.scriptPlace).toStringWithPlace();
}

QString milliseconds(std::chrono::nanoseconds time)
{
    return QString::number(std::chrono::duration<double, std::milli>(time).count(), 'f', 1) + QLatin1String(" ms");
}

} // namespace

const QLoggingCategory &loggingCategory()
{
    static const QLoggingCategory category("signalbox");
    return category;
}

void warnRefused(const char *caller, const QString &problem, const char *outcome)
{
    qCWarning(loggingCategory).noquote().nospace() << "SignalBox::" << caller << ": " << problem << "; " << outcome;
}

QString describeFailure(const HandlerFailure &failure, const QString &registryName)
{
    const QString name = failure.handlerName().isEmpty() ? failure.handlerPlace() : failure.handlerName();
    return QStringLiteral("Registry \"%1\": handler %2 threw: %3")
        .arg(registryName, HandlerDescription(failure.handlerId(), name, QString(), 0).toString(),
             failure.message().isEmpty() ? QStringLiteral("an exception without a message") : failure.message());
}

void logFailure(const HandlerFailure &failure, const QString &registryName)
{
    try {
        if (failure.exception())
            std::rethrow_exception(failure.exception());
    } catch (const ScriptException &exception) {
        if (exception.logUnheard(failure, registryName))
            return;
    } catch (...) {
        // Only scripts know better.
    }
    const QByteArray fileName = failure.fileName().toUtf8();
    const char *const file = fileName.isEmpty() ? nullptr : fileName.constData();
    if (!loggingCategory().isWarningEnabled())
        return;
    QDebug line = QMessageLogger(file, failure.lineNumber(), nullptr, loggingCategory().categoryName()).warning();
    line.noquote().nospace() << describeFailure(failure, registryName);
    if (file)
        line << " (" << failure.fileName() << ':' << failure.lineNumber() << ')';
}

void logLostEmission(const QString &registryName, std::exception_ptr exception)
{
    const ExceptionInfo info({}, {}, std::move(exception));
    const std::string message = info.message();
    qCWarning(loggingCategory).noquote().nospace()
        << "Registry \"" << registryName << "\": an emission of its source was lost: "
        << (message.empty() ? QStringLiteral("an exception without a message") : QString::fromStdString(message));
}

void logLongWait(const WaitReport &report) noexcept
{
    const QString from =
        report.caller.id.isValid() ? QStringLiteral(", from inside handler ") + describe(report.caller) : QString();
    qCWarning(loggingCategory).noquote().nospace()
        << "Waiting for more than one second for handler " << describe(report.awaited) << from
        << "; two handlers that wait for each other never end";
}

void logSlowHandler(const HandlerReference &handler, std::chrono::nanoseconds time, std::chrono::nanoseconds budget)
{
    qCWarning(loggingCategory).noquote().nospace()
        << "Handler " << HandlerDescription(handler).toStringWithPlace() << " took " << milliseconds(time) << "; its budget is " << milliseconds(budget);
}

void logStall(const StallInfo &stall)
{
    const QString time = milliseconds(stall.handlerDuration());
    const HandlerDescription ran(stall.handlerId(), stall.handlerName(), stall.fileName(), stall.lineNumber());
    const QString handler = stall.handlerId().isValid()
        ? QStringLiteral("; for %1 of that ran handler %2 of registry \"%3\"").arg(time, ran.toStringWithPlace(), stall.registryName())
        : stall.handlerDuration().count() > 0
        ? QStringLiteral("; for %1 of that ran coroutine \"%2\" (spawned at %3)").arg(time, ran.name(), ran.fullPlace())
        : QStringLiteral("; no handler ran for long");
    qCWarning(loggingCategory).noquote().nospace() << "The event loop of thread \"" << stall.threadName() << "\" did not turn for "
                                                   << milliseconds(stall.duration()) << handler;
}

} // namespace SignalBox::detail
