// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace SignalBox::detail {

/*! Some of a model's rows, by their places. Reading them in order costs a pass over a bit for each row of the model, and no sorting. Reentrant. */
class RowNumbers
{
public:
    /*! \a count: of the model's rows. */
    explicit RowNumbers(int count) : m_count(static_cast<std::size_t>(count)), m_words(m_count / bits + 1) {}

    void insert(int row) noexcept
    {
        const auto number = static_cast<std::size_t>(row);
        m_words[number / bits] |= std::uint64_t(1) << number % bits;
    }

    /*! Calls \a see with the first row of each run of neighbours, and the row after its last one. */
    template <class See>
    void forEachRun(See see) const
    {
        for (std::size_t end = 0;;) {
            const std::size_t first = find(end, 0);
            if (first == m_count)
                return;
            end = find(first, ~std::uint64_t(0));
            see(static_cast<std::ptrdiff_t>(first), static_cast<std::ptrdiff_t>(end));
        }
    }

private:
    static constexpr std::size_t bits = 64;

    // The first row from `number` on that is there or, with all bits in `inverted`, is not.
    std::size_t find(std::size_t number, std::uint64_t inverted) const noexcept
    {
        std::size_t place = number / bits;
        std::uint64_t word = (m_words[place] ^ inverted) & ~std::uint64_t(0) << number % bits;
        while (word == 0) {
            if (++place == m_words.size())
                return m_count;
            word = m_words[place] ^ inverted;
        }
        return std::min(m_count, place * bits + static_cast<std::size_t>(std::countr_zero(word)));
    }

    std::size_t m_count;
    std::vector<std::uint64_t> m_words;
};

} // namespace SignalBox::detail
