// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>

#include <source_location>
#include <string>

namespace SignalBox {

/*! \brief One row of SyncRegistry::handlers(): a copy, valid for as long as you keep it. */
struct HandlerInfo
{
    HandlerId id = {};
    int priority = 0;
    std::string name = {};
    bool enabled = true;
    /*! The line of the registerHandler() or registerGuard() call. */
    std::source_location registeredAt = {};
};

} // namespace SignalBox
