// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/posting_p.h>

#include <SignalBox/qt/backlogs/notification.h>
#include <SignalBox/qt/routes/walk.h>

#include <cstddef>
#include <utility>

namespace SignalBox::detail {

namespace {

// Whether a trace or a follower looks at the events, beside the handlers.
bool isWatched(const RegistryLink &link) noexcept
{
    return link.followsEvents() || link.isTraced();
}

// The only handler may keep the value in a store of its own. A handler that is registered meanwhile need not get it: its
// registration has not returned.
bool isTakenByOnlyHandler(RegistryLink &link, void *value) noexcept
{
    if (!link.keepsValues() || isWatched(link))
        return false;
    const ValueOffer offer(value);
    link.registry().notify(offer);
    return offer.isTaken;
}

// Not inlined, so that a post that is not watched pays nothing.
[[gnu::noinline]] void postWatched(const std::shared_ptr<RegistryLink> &link, EventPointer &&event)
{
    const Posting posting(link, *event);
    Walk walk(std::move(event), Walk::Report::No);
    link->registry().notify(walk);
}

// Inlined: a call less for each post.
[[gnu::always_inline]] inline void post(const std::shared_ptr<RegistryLink> &link, EventPointer &&event)
{
    if (isWatched(*link)) [[unlikely]] {
        postWatched(link, std::move(event));
        return;
    }
    Walk walk(std::move(event), Walk::Report::No);
    link->registry().notify(walk);
}

} // namespace

bool isHeard(RegistryLink &link) noexcept
{
    return !link.registry().isEmpty() || link.followsEvents();
}

void postEvent(const std::shared_ptr<RegistryLink> &link, EventPointer &&event)
{
    post(link, std::move(event));
}

void postValue(const std::shared_ptr<RegistryLink> &link, void *value, EventMaker make)
{
    const std::size_t handlers = link->registry().handlerCount();
    if (handlers == 0 && !link->followsEvents())
        return;
    if (handlers == 1 && isTakenByOnlyHandler(*link, value))
        return;
    post(link, make(value, link->extras()));
}

} // namespace SignalBox::detail
