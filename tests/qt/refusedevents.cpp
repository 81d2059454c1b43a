// SPDX-License-Identifier: MIT
//
// A registry of EVENT, used. Compiled by refusedevents.cmake, for types that are no events.
#include <SignalBox/AsyncRegistry>

using Event = EVENT;

SignalBox::HandlerId use(SignalBox::AsyncRegistry<Event> &registry)
{
    SignalBox::HandlerGuard guard = registry.registerGuard([] {});
    registry.unregister(guard.id());
    return registry.registerHandler([] {}, {.priority = 1});
}
