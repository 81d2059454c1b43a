// SPDX-License-Identifier: MIT
#include <SignalBox/core/waitreport.h>

#include <atomic>
#include <cstdio>

namespace SignalBox {

namespace {

// Allocates nothing: who waits may hold any lock.
void print(std::string_view text) noexcept
{
    std::fwrite(text.data(), 1, text.size(), stderr);
}

// By its name, or else by the place where it was registered.
void printDescription(const char *title, const WaitReport::Handler &handler) noexcept
{
    const std::string_view file = handler.registeredAt.file_name();
    const auto line = static_cast<unsigned>(handler.registeredAt.line());
    std::fprintf(stderr, "%s handler %llu", title, static_cast<unsigned long long>(handler.id.value()));
    if (!handler.name.empty() || !handler.scriptPlace.empty()) {
        print(" \"");
        print(handler.name.empty() ? handler.scriptPlace : handler.name);
        print("\"");
    } else if (!file.empty()) {
        print(" \"");
        print(file.substr(file.find_last_of("/\\") + 1));
        std::fprintf(stderr, ":%u\"", line);
    }
    if (!handler.scriptPlace.empty()) {
        print(" (registered at ");
        print(handler.scriptPlace);
        print(")");
    } else if (!file.empty()) {
        std::fprintf(stderr, " (registered at %s:%u)", handler.registeredAt.file_name(), line);
    }
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
