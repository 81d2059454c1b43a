// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

// How loud a block of sound was: its peaks, from 0 to 1.
struct Level
{
    float left = 0;
    float right = 0;
    int blocks = 1;
};

// What a meter shows of two blocks: no peak between two pictures gets lost.
inline void takeLouder(Level &kept, Level &&newer)
{
    kept.left = std::max(kept.left, newer.left);
    kept.right = std::max(kept.right, newer.right);
    kept.blocks += newer.blocks;
}
