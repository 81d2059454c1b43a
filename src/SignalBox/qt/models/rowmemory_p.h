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

    Each row has a number, which follows from its address: so what is known of all rows can be kept in an array, by these numbers. A number is less
    than the number of rows that have ever been made.
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

    /*! A row without event and key. Throws std::bad_alloc. */
    ModelRow *take();
    /*! After ModelRow::reset(). */
    void giveBack(ModelRow *row) noexcept { m_free.push_back(row); }
    void clear() noexcept;

private:
    // A block holds the number of its first row, then its rows. It leaves room for the allocator's header, so that blocks can follow each other.
    static constexpr std::size_t blockAlignment = 65536; // large, so that few block headers are read: 4096 took a tenth longer
    static constexpr std::size_t blockSize = blockAlignment - 64;
    static constexpr std::size_t headerSize = 64;
    static constexpr std::size_t rowsPerBlock = (blockSize - headerSize) / sizeof(ModelRow);

    static ModelRow *rowsOf(std::uintptr_t block) noexcept
    {
        return reinterpret_cast<ModelRow *>(block + headerSize);
    }
    void addBlock();

    std::vector<std::uintptr_t> m_blocks;
    std::size_t m_count = 0;        // of rows that have been made
    std::vector<ModelRow *> m_free; // has room for all of them
};

} // namespace SignalBox::detail
