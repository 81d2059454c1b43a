// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/delivery/heldobjects.h>
#include <SignalBox/qt/backlogs/batch.h>

#include <cstddef>
#include <list>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*!
    The items of a batch whose events may point to objects: where one has died, a copy of the event with null in its place. For the time
    of the call; copies nothing while all are alive.
*/
template <class E>
class LivingItems
{
    static_assert(mayHoldObjects<E>);

public:
    explicit LivingItems(const Batch &batch) : m_items(batch.items())
    {
        for (std::size_t index = 0; index < batch.size(); ++index) {
            const Event &event = batch.eventAt(index);
            if (const HeldObjects *held = HeldObjects::withDead(event))
                replace(batch, index, held->withoutDead(static_cast<const StoredEvent<E> &>(event).value()));
        }
    }
    LivingItems(const LivingItems &) = delete;
    LivingItems &operator=(const LivingItems &) = delete;

    const BatchItem *items() const noexcept { return m_items; }

private:
    void replace(const Batch &batch, std::size_t index, E &&value)
    {
        if (m_replaced.empty())
            m_replaced.assign(batch.items(), batch.items() + batch.size());
        m_values.push_back(std::move(value));
        m_replaced[index] = BatchItem::ofValue(&m_values.back());
        m_items = m_replaced.data();
    }

    const BatchItem *m_items;
    std::vector<BatchItem> m_replaced;
    std::list<E> m_values;
};

} // namespace SignalBox::detail
