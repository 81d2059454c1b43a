// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/trace.h>

#include <SignalBox/qt/observing/tracer_p.h>

namespace SignalBox {

bool setTraceFile(const QString &path)
{
    return detail::Tracer::setFile(path);
}

} // namespace SignalBox
