// SPDX-License-Identifier: MIT
#include "process.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace SignalBox::Doctor {

namespace {

[[noreturn]] void refuse(const char *what)
{
    throw Refusal(Refusal::own, std::string(what) + ": " + std::strerror(errno) + '.');
}

} // namespace

WatchedSignals::WatchedSignals()
{
    sigemptyset(&m_set);
    for (const int signal : {SIGCHLD, SIGUSR1, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE})
        sigaddset(&m_set, signal);
    sigprocmask(SIG_BLOCK, &m_set, &m_before);
}

Process::Process(const Program &program, const std::vector<std::string> &arguments, const std::string &library, unsigned stallThreshold,
                 const WatchedSignals &signals)
    : m_signals(signals)
{
    const int descriptor = memfd_create("signalbox-doctor", 0); // inherited by the program
    if (descriptor < 0 || ftruncate(descriptor, sizeof(Record)) != 0)
        refuse("no memory to share with the program");
    void *memory = mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (memory == MAP_FAILED)
        refuse("no memory to share with the program");
    m_record = static_cast<Record *>(memory);
    m_record->version = recordVersion;
    m_record->stallThreshold = stallThreshold;

    std::array<int, 2> errors{};
    if (pipe2(errors.data(), O_CLOEXEC) != 0)
        refuse("no pipe");
    m_pid = fork();
    if (m_pid < 0)
        refuse("no process");
    if (m_pid == 0)
        become(program, arguments, library, descriptor, errors[1]);
    close(descriptor);
    close(errors[1]);
    int error = 0;
    const ssize_t size = read(errors[0], &error, sizeof error);
    close(errors[0]);
    if (size == ssize_t(sizeof error)) {
        waitpid(m_pid, nullptr, 0);
        throw Refusal(Refusal::unfit, '"' + program.path + "\" cannot be started: " + std::strerror(error) + '.');
    }
}

void Process::become(const Program &program, const std::vector<std::string> &arguments, const std::string &library, int descriptor, int errors)
{
    const char *before = std::getenv("LD_PRELOAD");
    std::string preload;
    for (const std::string &sanitizer : program.sanitizers)
        preload += sanitizer + ':';
    if (before) {
        setenv(preloadVariable, before, 1);
        if (*before)
            preload += std::string(before) + ':';
    }
    setenv("LD_PRELOAD", (preload + library).c_str(), 1);
    setenv(descriptorVariable, std::to_string(descriptor).c_str(), 1);
    std::vector<char *> words;
    for (const std::string &argument : arguments)
        words.push_back(const_cast<char *>(argument.c_str()));
    words.push_back(nullptr);
    sigprocmask(SIG_SETMASK, &m_signals.before(), nullptr);
    execv(program.path.c_str(), words.data());
    const int error = errno;
    [[maybe_unused]] const ssize_t size = write(errors, &error, sizeof error);
    _exit(Refusal::unfit);
}

Process::~Process()
{
    munmap(m_record, sizeof(Record));
}

int Process::waitForSignal(unsigned milliseconds)
{
    const timespec time{time_t(milliseconds / 1000), long(milliseconds % 1000) * 1'000'000};
    siginfo_t info;
    const int signal = sigtimedwait(&m_signals.set(), &info, &time);
    switch (signal) {
    case SIGCHLD:
    case SIGUSR1:
        return signal;
    case SIGTERM:
    case SIGHUP:
        kill(m_pid, signal);
        return 0;
    case SIGINT:
    case SIGQUIT:
        // From a terminal, the program has it, too.
        if (info.si_code != SI_KERNEL)
            kill(m_pid, signal);
        return 0;
    default:
        return 0;
    }
}

void endLike(int status)
{
    if (WIFEXITED(status))
        std::_Exit(WEXITSTATUS(status));
    const int signal = WTERMSIG(status);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none); // the program has left its own
    prctl(PR_SET_DUMPABLE, 0);
    ::signal(signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    raise(signal);
    std::_Exit(128 + signal);
}

} // namespace SignalBox::Doctor
