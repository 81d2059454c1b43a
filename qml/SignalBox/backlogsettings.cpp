// SPDX-License-Identifier: MIT
#include "backlogsettings_p.h"

#include <chrono>

namespace SignalBox::detail {

namespace {

constexpr Overflow toOverflow(QmlBacklog::Overflow overflow)
{
    return overflow == QmlBacklog::Overflow::DropNewest ? Overflow::DropNewest : Overflow::DropOldest;
}

} // namespace

QString BacklogSettings::problem() const
{
    switch (kind) {
    case QmlBacklog::Kind::Unbounded:
    case QmlBacklog::Kind::Latest:
        return {};
    case QmlBacklog::Kind::Bounded:
        if (capacity <= 0)
            return QStringLiteral("capacity: expected a positive integer, as the backlog is Bounded, not %1").arg(capacity);
        if (overflow != QmlBacklog::Overflow::DropOldest && overflow != QmlBacklog::Overflow::DropNewest)
            return QStringLiteral("overflow: expected Backlog.DropOldest or DropNewest, not %1").arg(int(overflow));
        return {};
    case QmlBacklog::Kind::Throttled:
    case QmlBacklog::Kind::Debounced:
        if (interval < 0)
            return QStringLiteral("interval: expected milliseconds, as the backlog is Throttled or Debounced, not %1").arg(interval);
        return {};
    }
    return QStringLiteral("backlog: expected Backlog.Unbounded, Latest, Bounded, Throttled or Debounced, not %1").arg(int(kind));
}

Backlog BacklogSettings::toBacklog() const
{
    switch (kind) {
    case QmlBacklog::Kind::Unbounded:
        break;
    case QmlBacklog::Kind::Latest:
        return Backlog::latest();
    case QmlBacklog::Kind::Bounded:
        return Backlog::bounded(capacity, toOverflow(overflow));
    case QmlBacklog::Kind::Throttled:
        return Backlog::throttled(interval);
    case QmlBacklog::Kind::Debounced:
        return Backlog::debounced(interval);
    }
    return Backlog::unbounded();
}

} // namespace SignalBox::detail
