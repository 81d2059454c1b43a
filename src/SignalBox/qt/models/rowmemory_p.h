// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/modelrow_p.h>

#include <QtCore/qglobal.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace SignalBox::detail {

/*!
    The memory of a model's rows. The memory of a row that has gone is used for another one; it is freed with all of it. Reentrant.

    Each row has a number for as long as it is there, less than the most rows that have been there at once. It follows from the row's address, so
    what is known of many rows can be kept in an array apart from them.
*/
class RowMemory
{
public:
    RowMemory() = default;
    ~RowMemory() { clear(); }
    Q_DISABLE_COPY_MOVE(RowMemory)

    static std::size_t numberOf(const ModelRow *row) noexcept
    {
        const auto block = reinterpret_cast<std::uintptr_t>(row) & ~(blockAlignment - 1);
        return *reinterpret_cast<const std::size_t *>(block) + static_cast<std::size_t>(row - rowsOf(block));
    }

    /*! As a new one. Throws std::bad_alloc. */
    ModelRow *take();
    /*! Of a row that was taken; it must be as a new one. */
    void giveBack(ModelRow *row) noexcept { m_free.push_back(row); }
    void clear() noexcept;

private:
    // A block has the number of its first row, and then its rows. It fills what lies between two such addresses but for what allocators need.
    static constexpr std::size_t blockAlignment = 65536;
    static constexpr std::size_t blockSize = blockAlignment - 64;
    static constexpr std::size_t headerSize = 64;
    static constexpr std::size_t rowsPerBlock = (blockSize - headerSize) / sizeof(ModelRow);

    static ModelRow *rowsOf(std::uintptr_t block) noexcept
    {
        return reinterpret_cast<ModelRow *>(block + headerSize);
    }
    void addBlock();

    std::vector<std::uintptr_t> m_blocks;
    std::size_t m_count = 0; // of rows that have been made
    std::vector<ModelRow *> m_free; // has room for all of them
};

} // namespace SignalBox::detail
