// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/dispatch.h>

namespace SignalBox::detail {

// A writer's hold on the published list, from its load to its compare-exchange: the list cannot be
// reclaimed, nor its address be published again (ABA), and its handlers stay alive. No user code runs
// meanwhile, but for a replaced operator new.
template <class Platform>
class WriterScope
{
    using Word = std::uintptr_t;

public:
    explicit WriterScope(Control<Platform> &control)
        : m_control(control),
          m_isBorrowed(Platform::currentRecord() == nullptr && Platform::borrowRecord()),
          m_record(Platform::currentRecord()),
          m_slot(m_record->writerSlot())
    {
        if (m_slot == nullptr)
            std::abort(); // see Dispatch::dispatchDeeply()
    }
    WriterScope(const WriterScope &) = delete;
    WriterScope &operator=(const WriterScope &) = delete;
    ~WriterScope()
    {
        letGo();
        if (m_isBorrowed)
            Platform::returnRecord();
    }

    HazardRecord<Platform> *record() const noexcept { return m_record; }

    // The published word; its list is protected until the next call or letGo().
    Word protect() noexcept
    {
        m_holds = true;
        return Dispatch<Platform>::template protect<FenceMode::Full>(
                m_control, *m_slot, m_control.head.load(std::memory_order_acquire));
    }

    void letGo() noexcept
    {
        if (!m_holds)
            return;
        m_holds = false;
        Dispatch<Platform>::template leaveList<FenceMode::Full>(*m_record, *m_slot);
    }

private:
    Control<Platform> &m_control;
    bool m_isBorrowed;
    HazardRecord<Platform> *m_record;
    HazardSlot<Platform> *m_slot;
    bool m_holds = false;
};

} // namespace SignalBox::detail
