// SPDX-License-Identifier: MIT
#include <SignalBox/qt/trace.h>

#include <SignalBox/qt/tracing/tracer_p.h>

namespace SignalBox {

bool setTraceFile(const QString &path)
{
    return detail::Tracer::setFile(path);
}

} // namespace SignalBox
