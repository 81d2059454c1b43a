// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>

#include <atomic>

#if defined(__SANITIZE_THREAD__)
#    define SIGNALBOX_THREAD_SANITIZER 1
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define SIGNALBOX_THREAD_SANITIZER 1
#    endif
#endif

// An asymmetric fence: the pair "store mine, then load yours" on two threads, where at least one of
// the two must see the other's store, with nearly all of the price on the rare side.
//
//     reader                            writer
//     announce: store hazard            publish: store the new state
//     light fence (compiler only)       heavy fence
//     validate: load the state          scan: load the hazards
//
// The heavy fence makes every running thread of the process execute a full memory barrier:
// membarrier(2) PRIVATE_EXPEDITED on Linux, FlushProcessWriteBuffers on Windows. A reader's barrier
// falls before its announcing store (then its validating load comes after the publication and sees
// it), or after it (then the scan sees the announcement), so the reader itself needs nothing but the
// promise that the compiler keeps the two in program order. So its validating load is relaxed, and an acquire
// fence follows where something was published to it: on arm64 a stronger load would wait for the announcing store, which
// is what the heavy fence spares it. Cost on Linux: 0.25 us while one thread runs, 2 us while others do, each of which it
// interrupts once.
//
// Where neither exists, before the kernel has been asked, under ThreadSanitizer (which does not know
// membarrier), or when SIGNALBOX_FENCE=full is set in the environment, readers announce with a
// sequentially consistent exchange instead; the four operations are then all seq_cst and [atomics.order]
// 32.4/4 gives the same guarantee. Writers pay the heavy fence in either mode, so readers of both
// modes may run at once: the mode may change from full to light while the program starts.
//
// After P1202 (Goldblatt: Asymmetric Fences) and userspace RCU's membarrier flavour.

namespace SignalBox::detail {

enum class FenceMode {
    Full, // readers order announce and validate themselves
    Light, // writers do it for them
};

// Written once, by the first registry of the process (any thread: all write the same value).
// Relaxed: readers of both modes are safe at any time, see above.
SIGNALBOX_CORE_EXPORT extern constinit std::atomic<FenceMode> currentFenceMode;

inline bool readersUseLightFence() noexcept
{
#ifdef SIGNALBOX_THREAD_SANITIZER
    return false;
#else
    return currentFenceMode.load(std::memory_order_relaxed) == FenceMode::Light;
#endif
}

// Chooses the mode, once per process; cheap afterwards. Must precede nothing: until it ran, readers use Full.
SIGNALBOX_CORE_EXPORT void initializeFenceMode() noexcept;

// Returns when every other thread of the process has executed a full memory barrier, as the caller has.
// async-signal-safe. Ends the process with a message if the kernel, having agreed once, refuses later
// (a seccomp filter installed afterwards): going on would be a data race.
SIGNALBOX_CORE_EXPORT void heavyFence() noexcept;

} // namespace SignalBox::detail
