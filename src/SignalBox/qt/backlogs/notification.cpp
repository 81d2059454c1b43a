// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/notification.h>

namespace SignalBox::detail {

QFuture<DispatchReport> finishedFuture(const DispatchReport &report)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 6, 0)
    return QtFuture::makeReadyValueFuture(report);
#else
    return QtFuture::makeReadyFuture(report);
#endif
}

} // namespace SignalBox::detail
