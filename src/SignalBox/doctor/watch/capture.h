// SPDX-License-Identifier: MIT
#pragma once

#include "symbols.h"

#include <sys/types.h>

#include <optional>
#include <vector>

namespace SignalBox::Doctor {

// Reads the stacks of a child process. A thread stands still for the microseconds that it takes; no signal reaches it, and what it waits
// in goes on afterwards.
class Capture
{
public:
    explicit Capture(pid_t process) : m_process(process) { }

    // Nothing where the thread cannot be stopped without a trace, or the system does not allow it.
    std::optional<Snapshot> take(pid_t thread);
    // Lets go what was to stop and stopped late. To be told of what waitpid() says of the process's first thread; true if it was ours.
    void letGo();
    bool handles(pid_t thread, int status);
    // The process has ended while its first thread was waited for: with this.
    std::optional<int> ended() const { return m_ended; }

    bool read(std::uint64_t address, void *to, std::size_t size) const;
    std::string readText(std::uint64_t address) const;

private:
    bool waitForStop(pid_t thread, int &status);

    pid_t m_process;
    std::vector<pid_t> m_late;
    std::optional<int> m_ended;
};

} // namespace SignalBox::Doctor
