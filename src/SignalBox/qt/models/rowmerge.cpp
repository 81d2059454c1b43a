// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowmerge_p.h>

#include <SignalBox/qt/observing/logging.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace SignalBox::detail {

void MergedRowsPolicy::check(const Event &event) const
{
    if (!m_merge.find(event)) {
        throw std::domain_error(std::string("EventModel::setMerge(): expected events of type ") + m_merge.type.name()
                                + ", and the registry has others");
    }
}

EventPointer MergedRowsPolicy::copy(const Event &event) const
{
    check(event);
    return m_merge.policy->copy(event);
}

void MergedRowsPolicy::merge(const Event &kept, const Event &newer) const
{
    check(kept);
    check(newer);
    m_merge.policy->merge(kept, newer);
}

std::optional<EventRow> mergedRow(const EventMerge &merge, const EventRow &kept, const EventRow &newer,
                                  bool &hasFailed) noexcept
{
    const auto fail = [&](const char *what) {
        if (!std::exchange(hasFailed, true))
            qCWarning(loggingCategory,
                      "EventModel: the function of setMerge() threw: %s. That event is lost, without a further warning",
                      what);
    };
    try {
        return EventRow(merge.merge(kept.content(), newer.content()));
    } catch (const std::exception &exception) {
        fail(exception.what());
    } catch (...) {
        fail("an exception that is no std::exception");
    }
    return std::nullopt;
}

} // namespace SignalBox::detail
