// SPDX-License-Identifier: MIT
//
// For packaging/test-processor, preloaded into programs of another processor: what starts another such program, as QProcess
// does, starts qemu with it. The kernel would do so by binfmt_misc, which is the whole machine's and not to be changed.

#include <array>
#include <cstdio>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
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

extern "C" int execv(const char *path, char *const arguments[]) noexcept
{
    return execve(path, arguments, environ);
}
