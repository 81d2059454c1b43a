// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/posting_p.h>

#include <SignalBox/qt/handlers/notification.h>
#include <SignalBox/qt/handlers/walk.h>

#include <cstddef>
#include <utility>

namespace SignalBox::detail {

namespace {

// The only handler may keep the value in a store of its own. One that is registered meanwhile need not be called: that may be
// after this.
bool isTakenByOnlyHandler(RegistryLink &link, void *value) noexcept
{
    if (!link.keepsValues() || link.followsEvents() || link.isTraced())
        return false;
    const ValueOffer offer(value);
    link.registry().notify(offer);
    return offer.isTaken;
}

// Out of the way of the others, for which nothing is kept on the stack.
[[gnu::noinline]] void postWatched(const std::shared_ptr<RegistryLink> &link, EventPointer event)
{
    const Posting posting(link, *event);
    Walk walk(std::move(event), Walk::Report::No);
    link->registry().notify(walk);
}

} // namespace

bool isHeard(RegistryLink &link) noexcept
{
    return !link.registry().isEmpty() || link.followsEvents();
}

void postEvent(const std::shared_ptr<RegistryLink> &link, EventPointer event)
{
    if (link->followsEvents() || link->isTraced()) [[unlikely]] {
        postWatched(link, std::move(event));
        return;
    }
    Walk walk(std::move(event), Walk::Report::No);
    link->registry().notify(walk);
}

void postValue(const std::shared_ptr<RegistryLink> &link, void *value, EventMaker make)
{
    const std::size_t handlers = link->registry().handlerCount();
    if (handlers == 0 && !link->followsEvents())
        return;
    if (handlers == 1 && isTakenByOnlyHandler(*link, value))
        return;
    postEvent(link, make(value, link->wantsExtras() ? Event::Extras::Yes : Event::Extras::No));
}

} // namespace SignalBox::detail
