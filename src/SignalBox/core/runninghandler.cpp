// SPDX-License-Identifier: MIT
#include <SignalBox/core/runninghandler.h>

#include <SignalBox/core/list/handlernode.h>

namespace SignalBox {

HandlerId runningHandler() noexcept
{
    using Platform = detail::StandardPlatform;
    // Null: the thread has never notified.
    const detail::HazardRecord<Platform> *record = Platform::currentRecord();
    // The thread is inside of it, so it is alive.
    const detail::HandlerNode<Platform> *node = record ? record->innermostHandler() : nullptr;
    return node && !node->isExceptionCallback ? node->id : HandlerId();
}

} // namespace SignalBox
