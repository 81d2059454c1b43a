// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/logging.h>
#include <SignalBox/qt/handlerfailure.h>

#include <QtCore/qdebug.h>

namespace SignalBox::detail {

const QLoggingCategory &loggingCategory()
{
    static const QLoggingCategory category("signalbox");
    return category;
}

void logFailure(const HandlerFailure &failure, const QString &registryName)
{
    const QByteArray fileName = failure.fileName().toUtf8();
    const char *const file = fileName.isEmpty() ? nullptr : fileName.constData();
    if (!loggingCategory().isWarningEnabled())
        return;
    QDebug line = QMessageLogger(file, failure.lineNumber(), nullptr, loggingCategory().categoryName()).warning();
    line.noquote().nospace() << "Registry \"" << registryName << "\": handler \"" << failure.handlerName() << "\" ("
                             << QString::fromStdString(failure.handlerId().toString()) << ") threw: "
                             << (failure.message().isEmpty() ? QStringLiteral("an exception without a message")
                                                             : failure.message());
    if (file)
        line << " (" << failure.fileName() << ':' << failure.lineNumber() << ')';
}

} // namespace SignalBox::detail
