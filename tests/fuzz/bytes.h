// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

// The input of a fuzz target, as a row of decisions. When it has been read to its end, every further decision is 0: so
// each prefix of an input is an input, and zero should be the plainest choice.
class Bytes
{
public:
    Bytes(const std::uint8_t *data, std::size_t size) noexcept : m_next(data), m_left(size) {}

    bool isEmpty() const noexcept { return m_left == 0; }

    unsigned byte() noexcept
    {
        if (m_left == 0)
            return 0;
        --m_left;
        return *m_next++;
    }

    // One of `count` choices, at the most 256.
    unsigned below(unsigned count) noexcept { return byte() % count; }

    bool isSet() noexcept { return (byte() & 1U) != 0; }

private:
    const std::uint8_t *m_next;
    std::size_t m_left;
};
