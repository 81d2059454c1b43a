// SPDX-License-Identifier: MIT
//
// Functions to be read, not run: `benchmarks/run --assembly` prints what the compiler made of them. What to look for in
// check_notify_int: that the empty list is told from the pointer alone, before anything thread-local is touched; that
// the thread-local slot costs no call; one indirect call per handler and no locked instruction on the way.
#include "handlers.h"

#include <SignalBox/SyncRegistry>


extern "C" {

SIGNALBOX_BENCHMARK_NOINLINE [[gnu::used]] void check_notify_int(const SignalBox::SyncRegistry<int> &registry,
                                                                 const int &event)
{
    registry.notify(event);
}

struct CheckRawEntry
{
    void (*function)(const void *context, const int &event);
    const void *context;
};

SIGNALBOX_BENCHMARK_NOINLINE [[gnu::used]] void check_raw_int(const CheckRawEntry *begin, const CheckRawEntry *end,
                                                              const int &event)
{
    for (const CheckRawEntry *entry = begin; entry != end; ++entry)
        entry->function(entry->context, event);
}

} // extern "C"
