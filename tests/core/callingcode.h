// SPDX-License-Identifier: MIT
#pragma once

#include "check.h"

#include <SignalBox/SyncRegistry>

#include <cstdint>
#include <dlfcn.h>
#include <unwind.h>

// Compiled into the program and into a library of its own, so that each of them notifies from its own code.
namespace {

// Where the code lies that calls the handlers of one notify.
struct Calls
{
    const void *image;       // the program or library that notifies, and has the handlers
    std::uintptr_t notifier; // the notifying function's frame
    int made = 0;
    int framesElsewhere = 0; // between handler and notifying function, of another program or library
};

const void *imageOf(std::uintptr_t code)
{
    Dl_info information;
    CHECK(dladdr(reinterpret_cast<const void *>(code), &information) != 0);
    return information.dli_fbase;
}

_Unwind_Reason_Code countFrame(_Unwind_Context *context, void *argument)
{
    auto &calls = *static_cast<Calls *>(argument);
    if (_Unwind_GetCFA(context) > calls.notifier)
        return _URC_END_OF_STACK;
    if (imageOf(_Unwind_GetIP(context)) != calls.image)
        ++calls.framesElsewhere;
    return _URC_NO_REASON;
}

[[gnu::noinline]] Calls notifyFromHere(int handlerCount)
{
    SignalBox::SyncRegistry<Calls *> registry;
    for (int i = 0; i < handlerCount; ++i) {
        registry.registerHandler([](Calls *const &calls) {
            ++calls->made;
            _Unwind_Backtrace(countFrame, calls);
        });
    }
    Calls calls{imageOf(reinterpret_cast<std::uintptr_t>(&countFrame)),
                reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))};
    registry.notify(&calls);
    return calls;
}

// Not in a thread's first notify, nor in a process without membarrier(2).
void handlersAreCalledByCodeOfThisImage()
{
    for (const int count : {1, 64, 65, 1000}) {
        const Calls calls = notifyFromHere(count);
        CHECK(calls.made == count);
        CHECK(calls.framesElsewhere == 0);
    }
}

} // namespace
