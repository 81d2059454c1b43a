// SPDX-License-Identifier: MIT
#pragma once

#include "../record.h"
#include "program.h"

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace SignalBox::Doctor {

// The signals that the doctor answers, from as early as there is one of these: they wait until waitForSignal() takes them. SIGPIPE is
// among them, so that a reader of the report who has gone does not end the doctor before the program.
class WatchedSignals
{
public:
    WatchedSignals();
    const sigset_t &set() const { return m_set; }
    const sigset_t &before() const { return m_before; } // what the program shall have

private:
    sigset_t m_set;
    sigset_t m_before;
};

// The program, with the library in it, and the memory that both share.
class Process
{
public:
    // The library is preloaded behind what the environment preloads already. Throws Refusal.
    Process(const Program &program, const std::vector<std::string> &arguments, const std::string &library, unsigned stallThreshold,
            const WatchedSignals &signals);
    ~Process();
    Process(const Process &) = delete;
    Process &operator=(const Process &) = delete;

    pid_t pid() const { return m_pid; }
    Record &record() { return *m_record; }

    // Waits for a signal to the doctor, and passes on what is meant for the program. SIGUSR1 and SIGCHLD are returned, or 0 after the time.
    int waitForSignal(unsigned milliseconds);

private:
    [[noreturn]] void become(const Program &program, const std::vector<std::string> &arguments, const std::string &library, int descriptor,
                             int errors);

    Record *m_record = nullptr;
    pid_t m_pid = 0;
    const WatchedSignals &m_signals;
};

// As the program ended: with its exit code, or by its signal.
[[noreturn]] void endLike(int status);

} // namespace SignalBox::Doctor
