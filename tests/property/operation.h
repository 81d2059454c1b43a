// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <vector>

// What a random sequence is made of. An operation is plain data, so that RapidCheck can print it and make it smaller;
// the handlers that it registers perform operations themselves.

enum class Kind {
    Register, // a handler with a script
    RegisterCrowd, // `number` handlers without one: enough of them make a list of several blocks
    RegisterGuard, // into a guard, which lets go of what it held
    Unregister,
    UnregisterAndWait,
    SetEnabled,
    SetPriority,
    Clear,
    Notify,
    ResetGuard,
    ReleaseGuard,
    UnregisterGuard,
    MoveGuard, // to the guard of that `number`, possibly itself
    SwapGuards,
    AddToGuardSet, // the guard; it is one of nothing then
    ResetGuardSet,
    OnException, // a callback with a script
    ClearExceptionCallback,
    Recreate, // destroys the registry, also from inside of it, and makes another
};

enum class Ending { Return, Continue, Stop, Throw };

struct Operation
{
    Kind kind = Kind::Notify;
    unsigned registry = 0; // which of the two
    unsigned target = 0; // which handler of those ever registered, or which guard; see Stage
    unsigned number = 0;
    int priority = 0;
    bool once = false;
    bool enabled = true;
    Ending ending = Ending::Return; // of a call of the handler
    std::vector<Operation> script = {}; // what it does before
};

inline const char *nameOf(Kind kind)
{
    static constexpr const char *names[] = {
        "register", "register crowd", "register guard", "unregister", "unregister and wait", "set enabled",
        "set priority", "clear", "notify", "reset guard", "release guard", "unregister guard", "move guard",
        "swap guards", "add to guard set", "reset guard set", "on exception", "clear exception callback", "recreate"};
    return names[static_cast<int>(kind)];
}

inline const char *nameOf(Ending ending)
{
    static constexpr const char *names[] = {"return", "continue", "stop", "throw"};
    return names[static_cast<int>(ending)];
}

inline std::ostream &operator<<(std::ostream &stream, const Operation &operation)
{
    stream << '{' << nameOf(operation.kind) << " registry=" << operation.registry << " target=" << operation.target
           << " number=" << operation.number << " priority=" << operation.priority << (operation.once ? " once" : "")
           << (operation.enabled ? "" : " paused") << ' ' << nameOf(operation.ending);
    for (const Operation &inner : operation.script)
        stream << ' ' << inner;
    return stream << '}';
}
