// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/core/handlerid.h>
#endif

namespace SignalBox {
class RegistryObject;
}

namespace SignalBox::detail {

class ScriptHome;

/*!
    RegistryObject::unregister(), for handlers of an engine, on its thread: from here on no notify calls the handler. What it captured
    is destroyed in a later turn of the event loop, together with that of all handlers that have ended until then: they pay one list and
    one process-wide fence. That loses nothing, since what these handlers use is used on this thread only.
*/
bool unregisterInBatch(RegistryObject &registry, HandlerId id, const ScriptHome &home) noexcept;

} // namespace SignalBox::detail
