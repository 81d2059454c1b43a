// SPDX-License-Identifier: MIT
#include "fences.h"

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <dlfcn.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>

namespace {

std::atomic<long> fences = 0;

} // namespace

// In place of the C library's, which it calls. The library reaches the kernel by this function alone. It passes six arguments on, however
// many there are, and so reads beyond those of its caller: AddressSanitizer is not to look at that.
extern "C" __attribute__((no_sanitize("address"))) long syscall(long number, ...) noexcept
{
    using Function = long (*)(long, ...);
    static const auto original = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "syscall"));
    if (!original)
        std::abort();
    std::va_list list;
    va_start(list, number);
    long arguments[6];
    for (long &argument : arguments)
        argument = va_arg(list, long);
    va_end(list);
    if (number == SYS_membarrier && arguments[0] == MEMBARRIER_CMD_PRIVATE_EXPEDITED)
        fences.fetch_add(1, std::memory_order_relaxed);
    return original(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

FenceCount::FenceCount() noexcept : m_start(fences.load(std::memory_order_relaxed)) {}

long FenceCount::value() const noexcept
{
    return fences.load(std::memory_order_relaxed) - m_start;
}
