// SPDX-License-Identifier: MIT
#include <SignalBox/qt/backlogs/batch.h>

#include <SignalBox/qt/backlogs/backlogsegment.h>

namespace SignalBox::detail {

void Batch::add(BacklogSegment &segment)
{
    for (std::uint32_t index = 0; index < segment.count(); ++index) {
        if (segment.isValue(index))
            m_items.push_back(BatchItem::ofValue(segment.place(index)));
        else
            add(segment.entry(index));
    }
    m_segments.append(&segment);
}

} // namespace SignalBox::detail
