// SPDX-License-Identifier: MIT
#pragma once

// The process-wide fences of the program: calls of membarrier(2), which linking fences.cpp counts. Linux only.

// Those of all threads since the object was made.
class FenceCount
{
public:
    FenceCount() noexcept;
    long value() const noexcept;

private:
    long m_start;
};
