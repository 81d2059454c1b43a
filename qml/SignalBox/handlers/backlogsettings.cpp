// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/backlogsettings_p.h>

#include <cmath>
#include <limits>

namespace SignalBox::detail {

namespace {

constexpr Overflow toOverflow(QmlBacklog::Overflow overflow)
{
    return overflow == QmlBacklog::Overflow::DropNewest ? Overflow::DropNewest : Overflow::DropOldest;
}

} // namespace

bool isInt(double number) noexcept
{
    return std::trunc(number) == number && number >= std::numeric_limits<int>::min()
        && number <= std::numeric_limits<int>::max();
}

QString BacklogSettings::problem() const
{
    const bool isBatched = kind == QmlBacklog::Kind::Batched;
    if (!key.isEmpty() && (kind == QmlBacklog::Kind::Bounded || kind == QmlBacklog::Kind::Debounced || (isBatched && capacity != 0)))
        return QStringLiteral("key: expected backlog Unbounded, Latest, Throttled, or Batched without a capacity: one event of each key waits");
    switch (kind) {
    case QmlBacklog::Kind::Unbounded:
    case QmlBacklog::Kind::Latest:
        return {};
    case QmlBacklog::Kind::Throttled:
    case QmlBacklog::Kind::Debounced:
    case QmlBacklog::Kind::Batched:
        if (!isInt(interval) || interval < 0)
            return QStringLiteral("interval: expected milliseconds, an integer, as the backlog is Throttled, Debounced or Batched, not %1")
                .arg(interval);
        if (!isBatched || capacity == 0)
            return {};
        [[fallthrough]];
    case QmlBacklog::Kind::Bounded:
        if (!isInt(capacity) || capacity <= 0)
            return QStringLiteral("capacity: expected a positive integer, as the backlog is %1, not %2")
                .arg(isBatched ? QStringLiteral("Batched") : QStringLiteral("Bounded"))
                .arg(capacity);
        if (overflow != QmlBacklog::Overflow::DropOldest && overflow != QmlBacklog::Overflow::DropNewest)
            return QStringLiteral("overflow: expected Backlog.DropOldest or DropNewest, not %1").arg(int(overflow));
        return {};
    }
    return QStringLiteral("backlog: expected Backlog.Unbounded, Latest, Bounded, Throttled, Debounced or Batched, not %1").arg(int(kind));
}

Backlog BacklogSettings::toBacklog() const
{
    switch (kind) {
    case QmlBacklog::Kind::Unbounded:
        break;
    case QmlBacklog::Kind::Latest:
        return Backlog::latest();
    case QmlBacklog::Kind::Bounded:
        return Backlog::bounded(static_cast<int>(capacity), toOverflow(overflow));
    case QmlBacklog::Kind::Throttled:
        return Backlog::throttled(static_cast<int>(interval));
    case QmlBacklog::Kind::Debounced:
        return Backlog::debounced(static_cast<int>(interval));
    case QmlBacklog::Kind::Batched:
        if (capacity == 0)
            return Backlog::batched(static_cast<int>(interval));
        return Backlog::batched(static_cast<int>(interval), static_cast<int>(capacity), toOverflow(overflow));
    }
    return Backlog::unbounded();
}

} // namespace SignalBox::detail
