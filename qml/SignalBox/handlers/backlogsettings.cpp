// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/backlogsettings.h>

#include <SignalBox/qt/models/memberpolicy.h>

#include <cmath>
#include <limits>

namespace SignalBox::detail {

namespace {

QString countProblem(const char *setting, double count)
{
    if (isInt(count) && count >= 0)
        return {};
    return QStringLiteral("%1: expected a positive integer, the number of events, not %2").arg(QLatin1String(setting)).arg(count);
}

QString timeProblem(const char *setting, double time)
{
    if (time == -1 || (isInt(time) && time >= 0))
        return {};
    return QStringLiteral("%1: expected milliseconds, an integer, not %2").arg(QLatin1String(setting)).arg(time);
}

// What is invalid may be a misspelt name; and nothing is equal to NaN.
QString matchProblem(const QVariantMap &match)
{
    for (auto member = match.begin(); member != match.end(); ++member) {
        if (!member->isValid() || *member != *member)
            return QStringLiteral("match: expected a value of \"%1\", not undefined, a function, a symbol or NaN").arg(member.key());
    }
    return {};
}

} // namespace

bool isInt(double number) noexcept
{
    return std::trunc(number) == number && number >= std::numeric_limits<int>::min()
        && number <= std::numeric_limits<int>::max();
}

QString BacklogSettings::problem() const
{
    for (const QString &problem :
         {countProblem("newest", newest), countProblem("oldest", oldest), timeProblem("every", every), timeProblem("quietFor", quietFor),
          matchProblem(match.value_or(QVariantMap()))}) {
        if (!problem.isEmpty())
            return problem;
    }
    if ((newest != 0) + (oldest != 0) + !key.isEmpty() > 1)
        return QStringLiteral("newest, oldest and key: expected one of them, as each says what is kept");
    if ((every != -1) + (quietFor != -1) + isOnDemand > 1)
        return QStringLiteral("every, quietFor and onDemand: expected one of them, as each says when the handler is called");
    return {};
}

Backlog BacklogSettings::toBacklog() const
{
    Backlog result;
    if (!key.isEmpty())
        result = Backlog(Backlog::Keep::NewestByKey);
    else if (newest != 0)
        result = Backlog::newest(static_cast<int>(newest));
    else if (oldest != 0)
        result = Backlog::oldest(static_cast<int>(oldest));
    if (every != -1)
        return result.every(static_cast<int>(every));
    if (quietFor != -1)
        return result.quietFor(static_cast<int>(quietFor));
    return isOnDemand ? result.onDemand() : result;
}

std::shared_ptr<const EventPolicy> BacklogSettings::toPolicy() const
{
    if (key.isEmpty() && match->isEmpty())
        return nullptr;
    return std::make_shared<MemberPolicy>(key, *match);
}

QString settingsInPlaceOf(const char *old)
{
    return QStringLiteral("%1: expected none, as version 0.3 has newest, oldest and key for what is kept, and every, quietFor and onDemand "
                          "for when the handler is called")
        .arg(QLatin1String(old));
}

} // namespace SignalBox::detail
