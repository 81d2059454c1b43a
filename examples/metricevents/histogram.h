// SPDX-License-Identifier: MIT
#pragma once

#include "counter.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/*! How many values were how large, by upper bounds: a value counts in the first bucket whose bound is not below it, or
    in one more, without bound. Lock-free as Counter is. */
template <std::size_t BoundCount>
class Histogram
{
public:
    using Bounds = std::array<std::uint64_t, BoundCount>;

    explicit Histogram(const Bounds &ascendingBounds) : m_bounds(ascendingBounds) {}

    void add(std::uint64_t value) noexcept
    {
        const auto bound = std::ranges::lower_bound(m_bounds, value);
        m_buckets[static_cast<std::size_t>(bound - m_bounds.begin())].add();
        m_sum.add(value);
    }

    const Bounds &bounds() const noexcept { return m_bounds; }

    /*! How many values were not above the bound of that index; the index behind the last bound: all. The buckets are
        read one after the other while others count, so readers that compare them take counts once. */
    std::array<std::uint64_t, BoundCount + 1> cumulativeCounts() const noexcept
    {
        std::array<std::uint64_t, BoundCount + 1> counts;
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i <= BoundCount; ++i)
            counts[i] = sum += m_buckets[i].value();
        return counts;
    }
    std::uint64_t sum() const noexcept { return m_sum.value(); }

private:
    const Bounds m_bounds;
    std::array<Counter, BoundCount + 1> m_buckets;
    Counter m_sum;
};
