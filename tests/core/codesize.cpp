// SPDX-License-Identifier: MIT
//
// A registry with two handlers, and with HANDLERS - 2 more: what a translation unit gets from it. Measured by codesize.cmake.
#include <SignalBox/SyncRegistry>

struct Saved
{
    int size;
};

extern int total;

void use(SignalBox::SyncRegistry<Saved> &registry)
{
    registry.registerHandler([](const Saved &file) { total += file.size; });
    registry.registerHandler([&registry](const Saved &file) { total += file.size * static_cast<int>(registry.handlerCount()); },
                             {.priority = 1, .name = "log"});
#if HANDLERS > 2
    registry.registerHandler([](const Saved &file) { total -= file.size; });
    registry.registerHandler([factor = total](const Saved &file) { total *= factor + file.size; });
    registry.registerHandler([](const Saved &) { return SignalBox::Propagation::Continue; }, {.priority = 5});
    registry.registerHandler([&registry](const Saved &) { registry.clear(); }, {.name = "end"});
#endif
    registry.notify({1});
}

static_assert(HANDLERS == 2 || HANDLERS == 6);
