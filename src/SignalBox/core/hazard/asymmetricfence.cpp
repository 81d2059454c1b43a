// SPDX-License-Identifier: MIT
#include <SignalBox/core/hazard/asymmetricfence.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#    include <linux/membarrier.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#elif defined(_WIN32)
#    include <windows.h>
#endif

namespace SignalBox::detail {

constinit std::atomic<FenceMode> currentFenceMode{FenceMode::Full};

namespace {

// What the operating system offers; asked once.
enum class Barrier { NotAsked, None, Available };
constinit std::atomic<Barrier> processBarrier{Barrier::NotAsked};

#if defined(__linux__)
bool registerMembarrier() noexcept
{
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}
#endif

Barrier askForProcessBarrier() noexcept
{
#if defined(__linux__)
    return registerMembarrier() ? Barrier::Available : Barrier::None;
#elif defined(_WIN32)
    // FlushProcessWriteBuffers() of Wine does nothing, up to Wine 8 at least, and succeeds at it.
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    const bool isWine = ntdll && GetProcAddress(ntdll, "wine_get_version");
    return isWine ? Barrier::None : Barrier::Available;
#else
    return Barrier::None;
#endif
}

bool fullFenceIsForced() noexcept
{
    const char *choice = std::getenv("SIGNALBOX_FENCE");
    return choice && std::strcmp(choice, "full") == 0;
}

} // namespace

void initializeFenceMode() noexcept
{
    if (processBarrier.load(std::memory_order_acquire) != Barrier::NotAsked)
        return;
    // Two threads may both come here: asking twice is harmless, and both get the same answer.
    const Barrier barrier = askForProcessBarrier();
    processBarrier.store(barrier, std::memory_order_release);
    if (barrier == Barrier::Available && !fullFenceIsForced())
        currentFenceMode.store(FenceMode::Light, std::memory_order_relaxed);
}

void heavyFence() noexcept
{
    // Orders the caller's own accesses where no process-wide barrier exists; readers are Full there.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (processBarrier.load(std::memory_order_acquire) == Barrier::None)
        return;
#if defined(__linux__)
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0)
        return;
    // EPERM: not registered, as in a child of vfork or after a checkpoint was restored.
    if (errno == EPERM && registerMembarrier()
        && syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0) {
        return;
    }
    if (currentFenceMode.load(std::memory_order_relaxed) == FenceMode::Full)
        return;
    std::fputs("SignalBox: membarrier(2), available when the program started, is refused now. "
               "Allow it in the sandbox, or set SIGNALBOX_FENCE=full in the environment.\n",
               stderr);
    std::abort();
#elif defined(_WIN32)
    FlushProcessWriteBuffers();
#endif
}

} // namespace SignalBox::detail
