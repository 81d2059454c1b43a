// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/hasnewerevent.h>

#include <SignalBox/core/runninghandler.h>
#include <SignalBox/qt/routes/route.h>
#include <SignalBox/qt/routes/runningcall.h>

namespace SignalBox {

thread_local constinit const detail::RunningCall *detail::RunningCall::s_innermost = nullptr;

bool hasNewerEvent() noexcept
{
    const detail::RunningCall *const call = detail::RunningCall::innermost();
    // Another id: the innermost handler is an inline one, or of a registry of the core.
    return call && call->route().handler().id() == runningHandler() && call->route().waiting() > 0;
}

} // namespace SignalBox
