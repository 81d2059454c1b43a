// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/foreignwait.h>

#include <mutex>
#include <utility>

namespace SignalBox::detail {

ForeignState::~ForeignState() = default;

void ForeignState::come() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_hasCome = true;
    if (m_isWanted)
        takeResult();
    if (ForeignOperation *const operation = std::exchange(m_operation, nullptr))
        operation->resumeFromLoop();
}

ForeignOperation::~ForeignOperation() = default;

void ForeignOperation::beginWith(TaskDriver &driver, const std::shared_ptr<ForeignState> &state)
{
    setDriver(driver);
    state->start(state);
    {
        const std::lock_guard lock(state->m_mutex);
        if (!state->m_hasCome) {
            state->m_operation = this;
            return;
        }
    }
    resume();
}

void ForeignOperation::withdraw(ForeignState &state) noexcept
{
    const std::lock_guard lock(state.m_mutex);
    state.m_isWanted = false;
    state.m_operation = nullptr;
}

} // namespace SignalBox::detail
