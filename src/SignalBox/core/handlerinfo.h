// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <string>

namespace SignalBox {

/*!
    \struct SignalBox::HandlerInfo
    \brief One row of SyncRegistry::handlers(): a copy, valid for as long as you keep it.

    \plainvalue

    \code
    for (const SignalBox::HandlerInfo &handler : registry.handlers())
        std::cout << handler.priority << ' ' << handler.name << ", line " << handler.registeredAt.line() << '\n';
    \endcode
*/
struct HandlerInfo
{
    /*! What unregister() takes. */
    HandlerId id = {};
    /*! As it is now: setPriority() changes it. */
    int priority = 0;
    /*! As it was registered. */
    std::string name = {};
    /*! False: paused. */
    bool enabled = true;
    /*! The line of the registerHandler() or registerGuard() call; valid while the code that made it is loaded. */
    SourceLocation registeredAt = {};
};

} // namespace SignalBox
