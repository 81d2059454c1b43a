// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowmemory_p.h>

#include <algorithm>
#include <memory>
#include <new>

namespace SignalBox::detail {

ModelRow *RowMemory::take()
{
    if (m_free.empty()) {
        if (m_count == m_blocks.size() * rowsPerBlock)
            addBlock();
        return new (rowsOf(m_blocks.back()) + m_count++ % rowsPerBlock) ModelRow;
    }
    ModelRow *const row = m_free.back();
    m_free.pop_back();
    if (m_free.size() > prefetchDistance) {
        m_free[m_free.size() - prefetchDistance]->prefetch();
        m_free[m_free.size() - prefetchDistance]->prefetchLinks();
        m_free[m_free.size() - prefetchDistance / 2]->prefetchKey();
    }
    return row;
}

void RowMemory::addBlock()
{
    m_blocks.reserve(m_blocks.size() + 1);
    if (m_free.capacity() < m_count + rowsPerBlock)
        m_free.reserve(std::max(2 * m_free.capacity(), m_count + rowsPerBlock));
    void *const memory = ::operator new(blockSize, std::align_val_t(blockAlignment));
    new (memory) std::size_t(m_count);
    m_blocks.push_back(reinterpret_cast<std::uintptr_t>(memory));
}

void RowMemory::clear() noexcept
{
    for (const std::uintptr_t block : m_blocks) {
        std::destroy_n(rowsOf(block), std::min(m_count, rowsPerBlock));
        m_count -= std::min(m_count, rowsPerBlock);
        ::operator delete(reinterpret_cast<void *>(block), std::align_val_t(blockAlignment));
    }
    m_blocks.clear();
    m_free.clear();
}

} // namespace SignalBox::detail
