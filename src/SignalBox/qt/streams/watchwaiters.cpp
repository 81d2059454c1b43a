// SPDX-License-Identifier: MIT
#include <SignalBox/qt/streams/watchwaiters.h>

#include <utility>

namespace SignalBox::detail {

WatchOperation::~WatchOperation() = default;

void WatchWaiters::add(WatchOperation &operation) noexcept
{
    const std::lock_guard lock(m_mutex);
    operation.m_isWaiting = true;
    operation.m_previous = nullptr;
    operation.m_next = m_first;
    if (m_first)
        m_first->m_previous = &operation;
    m_first = &operation;
}

void WatchWaiters::remove(WatchOperation &operation) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (!std::exchange(operation.m_isWaiting, false))
        return;
    (operation.m_previous ? operation.m_previous->m_next : m_first) = operation.m_next;
    if (operation.m_next)
        operation.m_next->m_previous = operation.m_previous;
}

void WatchWaiters::tellAll() noexcept
{
    const std::lock_guard lock(m_mutex);
    for (WatchOperation *operation = m_first; operation; operation = operation->m_next)
        operation->resumeFromLoop();
}

void WatchWaiters::end() noexcept
{
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
    }
    tellAll();
}

bool WatchWaiters::isOver() const noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_isOver;
}

} // namespace SignalBox::detail
