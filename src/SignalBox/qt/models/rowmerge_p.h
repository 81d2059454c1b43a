// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/eventrow_p.h>
#include <SignalBox/qt/models/memberpolicy.h>

#include <memory>
#include <optional>

namespace SignalBox::detail {

/*! What is kept for a model with a merge: one event of each key, which has taken the newer ones in. */
class MergedRowsPolicy final : public EventPolicy
{
public:
    MergedRowsPolicy(std::shared_ptr<const EventPolicy> key, EventMerge merge)
        : m_key(std::move(key)), m_merge(std::move(merge))
    {}

    void withKey(const Event &event, void *user, KeyUse use) const override { m_key->withKey(event, user, use); }
    /*! Both throw std::domain_error for events of another type. */
    EventPointer copy(const Event &event) const override;
    void merge(const Event &kept, const Event &newer) const override;

private:
    void check(const Event &event) const;

    const std::shared_ptr<const EventPolicy> m_key;
    const EventMerge m_merge;
};

/*! What the merge makes of a copy of \a kept and \a newer. Nothing: it threw, or the events are of another type. That is logged if \a hasFailed is false,
    which is true then. */
std::optional<EventRow> mergedRow(const EventMerge &merge, const EventRow &kept, const EventRow &newer,
                                  bool &hasFailed) noexcept;

} // namespace SignalBox::detail
