// SPDX-License-Identifier: MIT
#include <SignalBox/core/hazard/waitonaddress.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <thread>

#if defined(__linux__)
#    include <linux/futex.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#elif defined(_WIN32)
#    include <windows.h>
#endif

namespace SignalBox::detail {

using Clock = std::chrono::steady_clock;

#if defined(__linux__)
// 32-bit systems with a 64-bit time_t have a call of their own for it.
#    if defined(SYS_futex_time64)
constexpr long futexNumber = sizeof(time_t) > sizeof(long) ? SYS_futex_time64 : SYS_futex;
#    else
constexpr long futexNumber = SYS_futex;
#    endif
#endif

bool waitOnAddress(const std::atomic<std::uint32_t> &word, std::uint32_t expected,
                   Clock::time_point deadline) noexcept
{
    if (deadline != Clock::time_point::max() && Clock::now() >= deadline)
        return false;
#if defined(__linux__)
    static_assert(sizeof(word) == sizeof(std::uint32_t), "a futex is a plain 32-bit word");
    // FUTEX_WAIT_BITSET takes an absolute CLOCK_MONOTONIC time, which is what libstdc++'s and
    // libc++'s steady_clock is on Linux.
    timespec absolute{};
    const timespec *until = nullptr;
    if (deadline != Clock::time_point::max()) {
        const auto since = deadline.time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
        absolute.tv_sec = static_cast<time_t>(seconds.count());
        absolute.tv_nsec = static_cast<long>(std::chrono::nanoseconds(since - seconds).count());
        until = &absolute;
    }
    syscall(futexNumber, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, until, nullptr,
            FUTEX_BITSET_MATCH_ANY);
#elif defined(_WIN32)
    const auto left = deadline == Clock::time_point::max()
            ? INFINITE
            : static_cast<DWORD>(std::clamp<long long>(
                      std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count(), 0, INFINITE - 1));
    WaitOnAddress(const_cast<std::atomic<std::uint32_t> *>(&word), &expected, sizeof expected, left);
#else
    if (word.load(std::memory_order_relaxed) == expected)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
#endif
    return deadline == Clock::time_point::max() || Clock::now() < deadline;
}

void wakeAllOnAddress(const std::atomic<std::uint32_t> &word) noexcept
{
#if defined(__linux__)
    syscall(futexNumber, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, nullptr, nullptr, 0);
#elif defined(_WIN32)
    WakeByAddressAll(const_cast<std::atomic<std::uint32_t> *>(&word));
#else
    (void)word;
#endif
}

} // namespace SignalBox::detail
