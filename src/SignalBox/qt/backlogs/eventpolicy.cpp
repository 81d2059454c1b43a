// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/eventpolicy.h>

#include <cstddef>
#include <stdexcept>

namespace SignalBox::detail {

EventPolicy::~EventPolicy() = default;

bool EventPolicy::wants(const Event &) const
{
    return true;
}

// A backlog without a key keeps one event: all have the same key.
void EventPolicy::withKey(const Event &, void *user, KeyUse use) const
{
    use(user, eventKeyOf(std::nullptr_t()));
}

EventPointer EventPolicy::copy(const Event &) const
{
    return EventPointer();
}

void EventPolicy::merge(const Event &, const Event &) const {}

void throwUnequalKey()
{
    throw std::domain_error("Backlog::newestBy() and mergedBy(): expected a key that is equal to itself");
}

} // namespace SignalBox::detail
