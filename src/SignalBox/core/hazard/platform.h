// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/core_export.h>
#include <SignalBox/core/hazard/asymmetricfence.h>
#include <SignalBox/core/hazard/memorysite.h>
#include <SignalBox/core/hazard/waitonaddress.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>

// What the protocol headers take from their surroundings, as a policy: the atomic type, the fences,
// the thread's own record, and how to sleep. StandardPlatform is what ships. The models
// (tests/model) supply one made of Relacy's types, so that the very same headers run under a
// schedule explorer, with single memory orders weakened by site.

namespace SignalBox::detail {

template <class Platform>
struct HazardRecord;
template <class Platform>
class HazardDomain;

struct StandardPlatform;

// The thread's record. Constant-initialised and without a destructor, so that reading it is one
// instruction and right at any time of a thread's life; initial-exec, because the general dynamic model
// costs a call (1.3 ns) where the library is shared.
#if defined(__ELF__)
SIGNALBOX_CORE_EXPORT extern constinit thread_local HazardRecord<StandardPlatform> *currentThreadRecord
        __attribute__((tls_model("initial-exec")));
// The same, but null in full-fence mode: one test serves both on the hot path.
SIGNALBOX_CORE_EXPORT extern constinit thread_local HazardRecord<StandardPlatform> *lightThreadRecord
        __attribute__((tls_model("initial-exec")));
#endif

struct SIGNALBOX_CORE_EXPORT StandardPlatform
{
    template <class T>
    using Atomic = std::atomic<T>;

    // Detects, in the models, the use of a list or node after its reclamation. Costs nothing here.
    struct Canary
    {
        static constexpr void checkAlive() noexcept {}
    };

    // Hazard slots of one thread: nested notifies, and the last one for writers.
    static constexpr int slotCount = 8;
    // Versions between two passes of the reclaimer; see reclaimer.h.
    static constexpr std::uint64_t reclaimInterval = 64;

    // Lists and blocks. Throws std::bad_alloc.
    static void *allocate(std::size_t bytes) { return ::operator new(bytes); }
    static void deallocate(void *memory) noexcept { ::operator delete(memory); }

    static constexpr std::memory_order order(MemorySite, std::memory_order order) noexcept { return order; }

    static bool usesLightFence() noexcept { return readersUseLightFence(); }
    static void lightFence(MemorySite) noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
    // A reader's load in light-fence mode, and the fence behind it. ThreadSanitizer does not know fences: there the load
    // acquires. (Its programs run in light-fence mode only if the library was built without it.)
#ifdef SIGNALBOX_THREAD_SANITIZER
    static constexpr std::memory_order lightLoad = std::memory_order_acquire;
    static void acquireFence(MemorySite) noexcept {}
#else
    static constexpr std::memory_order lightLoad = std::memory_order_relaxed;
    static void acquireFence(MemorySite) noexcept { std::atomic_thread_fence(std::memory_order_acquire); }
#endif
    static void heavyFence(MemorySite) noexcept { detail::heavyFence(); }

    static HazardDomain<StandardPlatform> &domain() noexcept;
    // The calling thread's record, or null: before its first use, and once its thread_locals are gone.
#if defined(__ELF__)
    static HazardRecord<StandardPlatform> *currentRecord() noexcept { return currentThreadRecord; }
    static HazardRecord<StandardPlatform> *lightRecord() noexcept { return lightThreadRecord; }
#else
    static HazardRecord<StandardPlatform> *currentRecord() noexcept;
    static HazardRecord<StandardPlatform> *lightRecord() noexcept;
#endif
    // Finds a record for a thread that has none. True: only borrowed, because the thread is past the end
    // of its thread_locals; it goes back with returnRecord(). Allocates only if more threads than ever
    // before use registries at once, and ends the process if there is no memory then.
    static bool borrowRecord() noexcept;
    static void returnRecord() noexcept;
    // Tells living threads apart, also those without a record.
    static const void *currentThread() noexcept;

    static bool wait(const Atomic<std::uint32_t> &word, std::uint32_t expected,
                     std::chrono::steady_clock::time_point deadline) noexcept
    {
        return waitOnAddress(word, expected, deadline);
    }
    static void wakeAll(const Atomic<std::uint32_t> &word) noexcept { wakeAllOnAddress(word); }
};

} // namespace SignalBox::detail
