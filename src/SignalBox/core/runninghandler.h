// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/handlerid.h>

namespace SignalBox {

/*!
    The id of the handler that the calling thread is in; of nested ones, the innermost. Invalid outside of handlers, and
    in the callback of SyncRegistry::onException().

    So a handler can unregister, pause or move itself without knowing its id beforehand. The id stays the same during the
    whole call, even if the handler is unregistered meanwhile. The callbacks of a watch and
    the listeners of an EventRegistry are handlers too.

    \threadsafety Thread-safe: each thread gets its own answer.
    \cost Some nanoseconds; no allocation, no lock. It costs notify() nothing.

    \code
    registry.registerHandler([&registry](const Saved &file) {
        if (isLast(file))
            registry.unregister(SignalBox::runningHandler());
    });
    \endcode
*/
[[nodiscard]] SIGNALBOX_CORE_EXPORT HandlerId runningHandler() noexcept;

} // namespace SignalBox
