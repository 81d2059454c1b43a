// SPDX-License-Identifier: MIT
#include <SignalBox/core/waitreport.h>

#include <atomic>
#include <cstdio>

namespace SignalBox {

namespace {

void printDescription(const char *title, const WaitReport::Handler &handler) noexcept
{
    std::fprintf(stderr, "%s handler %llu \"%.*s\" (registered at %s:%u)", title,
                 static_cast<unsigned long long>(handler.id.value()), static_cast<int>(handler.name.size()),
                 handler.name.data(), handler.registeredAt.file_name(),
                 static_cast<unsigned>(handler.registeredAt.line()));
}

void printToStandardError(const WaitReport &report) noexcept
{
    printDescription("SignalBox: waiting for more than one second for", report.awaited);
    if (report.caller.id.isValid())
        printDescription(", from inside", report.caller);
    std::fputs("; two handlers that wait for each other never end\n", stderr);
}

constinit std::atomic<WaitReportCallback> currentCallback{&printToStandardError};

} // namespace

WaitReportCallback setWaitReportCallback(WaitReportCallback callback) noexcept
{
    // Acquire-release: what the one who set a callback prepared for it is visible to the one who calls it.
    return currentCallback.exchange(callback, std::memory_order_acq_rel);
}

namespace detail {
void reportLongWait(const WaitReport &report) noexcept
{
    if (const WaitReportCallback callback = currentCallback.load(std::memory_order_acquire))
        callback(report);
}
} // namespace detail

} // namespace SignalBox
