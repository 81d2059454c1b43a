// SPDX-License-Identifier: MIT
//
// A library that a user preloads for reasons of his own.
#include <cstdio>

[[gnu::constructor]] static void tell()
{
    std::puts("preloaded by the user");
    std::fflush(stdout);
}
