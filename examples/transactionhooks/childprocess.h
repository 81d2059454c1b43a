// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>

// Mishaps, made to happen in a process of their own, by POSIX.

/*! Runs `function` in a child process, which ends with its result as exit code, at once: no destructor runs, nothing is
    flushed. Returns the exit code; -1 if a signal ended the child. */
int runInChild(const std::function<int()> &function);

/*! Ends the process, as a crash would: like the end of a child. */
[[noreturn]] void crash(int exitCode);

/*! From here on no file of this process grows beyond `size` bytes: what is left of a write() fails. */
void limitFileSize(std::size_t size);
