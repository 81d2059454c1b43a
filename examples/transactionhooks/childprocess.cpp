// SPDX-License-Identifier: MIT
#include "childprocess.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

int runInChild(const std::function<int()> &function)
{
    const pid_t child = ::fork();
    if (child == -1)
        throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
        int result = EXIT_FAILURE;
        try {
            result = function();
        } catch (...) {}
        ::_exit(result);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) == -1) {
        if (errno != EINTR)
            throw std::system_error(errno, std::generic_category(), "waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void crash(int exitCode)
{
    ::_exit(exitCode);
}

void limitFileSize(std::size_t size)
{
    std::signal(SIGXFSZ, SIG_IGN); // else it would end the process before write() can say so
    const rlimit limit{size, size};
    if (::setrlimit(RLIMIT_FSIZE, &limit) == -1)
        throw std::system_error(errno, std::generic_category(), "setrlimit");
}
