// SPDX-License-Identifier: MIT
#pragma once

// The rounds of a race: fewer where a sanitizer makes each of them take longer.
constexpr int scaled(int count)
{
#if defined(__SANITIZE_THREAD__)
    return count < 20 ? 1 : count / 20;
#elif defined(__SANITIZE_ADDRESS__)
    return count < 5 ? 1 : count / 5;
#else
    return count;
#endif
}
