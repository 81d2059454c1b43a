// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdlib>

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

// The rounds of a race or the size of a load, times SIGNALBOX_STRESS_SCALE of the environment.
inline int stressed(int count)
{
    const char *const text = std::getenv("SIGNALBOX_STRESS_SCALE");
    const double scale = text ? std::strtod(text, nullptr) : 0;
    return scale > 0 ? std::max(1, int(count * scale)) : count;
}
