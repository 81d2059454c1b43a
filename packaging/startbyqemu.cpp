// SPDX-License-Identifier: MIT
//
// For packaging/test-processor, preloaded into programs of another processor: what starts another such program, as QProcess
// does, starts qemu with it. The kernel would do so by binfmt_misc, which is the whole machine's and not to be changed.

#include <array>
#include <cerrno>
#include <cstdarg>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

bool isForThisProcessor(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    std::array<unsigned char, 20> header{};
    const bool isWhole = file != -1 && read(file, header.data(), header.size()) == static_cast<ssize_t>(header.size());
    if (file != -1)
        close(file);
    return isWhole && header[0] == 0x7f && header[1] == 'E' && header[18] == MACHINE && header[19] == 0; // e_machine
}

} // namespace

extern "C" int execve(const char *path, char *const arguments[], char *const environment[]) noexcept
{
    if (!isForThisProcessor(path))
        return static_cast<int>(syscall(SYS_execve, path, arguments, environment));
    static char qemu[] = QEMU;
    static char nameFollows[] = "-0";
    std::vector<char *> all{qemu, nameFollows, arguments[0], const_cast<char *>(path)};
    for (char *const *argument = arguments + 1; *argument; ++argument)
        all.push_back(*argument);
    all.push_back(nullptr);
    return static_cast<int>(syscall(SYS_execve, QEMU, all.data(), environment));
}

// By waitid(P_PIDFD), QProcess finds out whether it can start programs by clone(CLONE_PIDFD). qemu passes the one on and refuses the
// other. Where the first is refused, it forks.
extern "C" long syscall(long number, ...) noexcept
{
    using Function = long (*)(long, ...);
    static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "syscall"));
    std::array<long, 6> values{};
    va_list list;
    va_start(list, number);
    for (long &value : values)
        value = va_arg(list, long);
    va_end(list);
    if (number == SYS_waitid && values[0] == P_PIDFD) {
        errno = EINVAL;
        return -1;
    }
    return next(number, values[0], values[1], values[2], values[3], values[4], values[5]);
}

extern "C" int execv(const char *path, char *const arguments[]) noexcept
{
    return execve(path, arguments, environ);
}
