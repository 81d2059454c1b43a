// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/backlogsegment.h>

#include <QtCore/qglobal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace SignalBox::detail {

namespace {

// With the allocator's own header, a page: the next one then begins right behind it.
constexpr std::size_t byteCount = BacklogSegment::alignment - 16;

constexpr std::size_t rounded(std::size_t bytes) noexcept
{
    return (bytes + EventMemory::alignment - 1) / EventMemory::alignment * EventMemory::alignment;
}

std::size_t placeSizeFor(const ValueType *type) noexcept
{
    return rounded(std::max(type ? type->size : 0, sizeof(QueueEntry *)));
}

// operator new would round the size up to whole pages.
void *allocatePage()
{
#ifdef Q_OS_UNIX
    void *memory = nullptr;
    if (posix_memalign(&memory, BacklogSegment::alignment, byteCount) != 0)
        throw std::bad_alloc();
    return memory;
#else
    return ::operator new(byteCount, std::align_val_t(BacklogSegment::alignment));
#endif
}

void freePage(void *memory) noexcept
{
#ifdef Q_OS_UNIX
    std::free(memory);
#else
    ::operator delete(memory, std::align_val_t(BacklogSegment::alignment));
#endif
}

} // namespace

BacklogSegment::BacklogSegment(const ValueType *type) noexcept
    : m_type(type),
      m_placeSize(static_cast<std::uint16_t>(placeSizeFor(type))),
      m_firstPlace(static_cast<std::uint16_t>(rounded(sizeof(BacklogSegment) + capacityFor(type))))
{
    target = Several;
    std::memset(states(), Free, capacityFor(type));
}

std::uint32_t BacklogSegment::capacityFor(const ValueType *type) noexcept
{
    constexpr std::size_t room = byteCount - sizeof(BacklogSegment) - EventMemory::alignment;
    return static_cast<std::uint32_t>(room / (placeSizeFor(type) + sizeof(std::uint8_t)));
}

BacklogSegment *BacklogSegment::create(const ValueType *type)
{
    return ::new (allocatePage()) BacklogSegment(type);
}

void BacklogSegment::free() noexcept
{
    static_assert(std::is_trivially_destructible_v<BacklogSegment>);
    freePage(this);
}

void BacklogSegment::clear() noexcept
{
    for (std::uint32_t index = 0; m_type && m_type->destroy && index < m_count; ++index) {
        if (isValue(index))
            m_type->destroy(place(index));
    }
    std::memset(states(), Free, m_count);
}

} // namespace SignalBox::detail
