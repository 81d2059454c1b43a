// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskgroup.h>

#include <atomic>
#include <utility>

namespace SignalBox::detail {

TaskPart::~TaskPart() = default;

TaskGroup::~TaskGroup() = default;

void TaskPart::clear() noexcept
{
    if (TaskGroup *const group = std::exchange(m_group, nullptr))
        group->partHasEnded(*this);
}

void TaskGroup::beginAll(TaskDriver &parent, TaskPart *const *parts, std::size_t count) noexcept
{
    setDriver(parent);
    m_parts = parts;
    ++m_running; // nothing is over before all have begun
    while (m_begun != count && !m_failed) {
        TaskPart &part = *parts[m_begun];
        ++m_begun;
        ++m_running;
        part.m_group = this;
        part.beginAsPart(parent);
    }
    if (--m_running == 0)
        resume();
}

void TaskGroup::endBegun(const TaskPart *except) noexcept
{
    for (std::size_t place = m_begun; place != 0; --place) {
        if (m_parts[place - 1] != except)
            m_parts[place - 1]->cancelHere();
    }
}

void TaskGroup::endAll() noexcept
{
    for (std::size_t place = 0; place != m_begun; ++place)
        m_parts[place]->m_group = nullptr;
    endBegun(nullptr);
}

// Its parent is on the stack, under it, so it goes on when that has left.
void TaskGroup::partHasEnded(TaskPart &part) noexcept
{
    --m_running;
    if (part.m_exception) {
        part.m_isObserved.store(true, std::memory_order_relaxed); // by this thread, until the frame goes
        if (!m_failed) {
            m_failed = &part;
            endBegun(&part);
        }
    }
    if (m_running == 0)
        resume();
}

void TaskGroup::rethrow() const
{
    if (m_failed)
        m_failed->TaskDriver::rethrow();
}

} // namespace SignalBox::detail
