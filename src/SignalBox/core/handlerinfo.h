// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerid.h>
#include <SignalBox/core/sourcelocation.h>

#include <string>

namespace SignalBox {

/*!
    \struct SignalBox::HandlerInfo
    \brief Describes one handler: a row of SyncRegistry::handlers(). A copy.

    \plainvalue

    \code
    for (const SignalBox::HandlerInfo &handler : registry.handlers())
        std::cout << handler.priority << ' ' << handler.name << ", line " << handler.registeredAt.line() << '\n';
    \endcode
*/
struct HandlerInfo
{
    /*! The id, for unregister() and the like. */
    HandlerId id = {};
    /*! The current priority; setPriority() changes it. */
    int priority = 0;
    /*! The name that it was registered with. */
    std::string name = {};
    /*! False: paused. */
    bool enabled = true;
    /*! The line of the registerHandler() or registerGuard() call; valid while the code that made it is loaded. */
    SourceLocation registeredAt = {};
};

} // namespace SignalBox
