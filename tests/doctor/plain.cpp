// SPDX-License-Identifier: MIT
//
// No Qt program.
#include <cstdio>

int main()
{
    std::puts("ran");
    return 0;
}
