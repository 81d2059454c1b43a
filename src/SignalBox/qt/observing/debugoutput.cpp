// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/debugoutput.h>

#include <sstream>

namespace SignalBox {

namespace {

// As on an std::ostream.
template <class T>
QDebug write(QDebug debug, const T &value)
{
    std::ostringstream text;
    text << value;
    const QDebugStateSaver saver(debug);
    debug.noquote().nospace() << QString::fromStdString(text.str());
    return debug;
}

QString countOf(std::size_t handlerCount)
{
    return QStringLiteral("%1 handler%2").arg(handlerCount).arg(handlerCount == 1 ? QString() : QStringLiteral("s"));
}

} // namespace

QDebug operator<<(QDebug debug, HandlerId id)
{
    return write(std::move(debug), id);
}

QDebug operator<<(QDebug debug, const HandlerGuard &guard)
{
    return write(std::move(debug), guard);
}

QDebug operator<<(QDebug debug, const DispatchReport &report)
{
    return write(std::move(debug), report);
}

QDebug detail::writeRegistry(QDebug debug, const char *type, const QString &name, std::size_t handlerCount)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << type << '(';
    if (!name.isEmpty())
        debug << name << ", ";
    debug.noquote() << countOf(handlerCount) << ')';
    return debug;
}

} // namespace SignalBox
