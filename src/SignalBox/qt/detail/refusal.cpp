// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/logging.h>
#include <SignalBox/qt/detail/refusal.h>

#include <QtCore/qdebug.h>

namespace SignalBox::detail {

void warnRefused(const char *caller, const QString &problem)
{
    qCWarning(loggingCategory).noquote().nospace()
        << "SignalBox::" << caller << ": " << problem << "; nothing was installed";
}

} // namespace SignalBox::detail
