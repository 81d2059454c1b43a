// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/rowpredicate_p.h>

#include <SignalBox/qt/observing/logging.h>

#include <exception>
#include <utility>

namespace SignalBox::detail {

bool RowPredicate::isTrue(const EventRow &row, bool otherwise) const noexcept
{
    const EventPredicate function = m_function; // which it may replace
    const auto fail = [this](const char *what) {
        if (!std::exchange(m_hasFailed, true))
            qCWarning(loggingCategory,
                      "EventModel: the function of %s threw: %s. That counts as false, without a further warning",
                      m_name, what);
        return false;
    };
    try {
        return function(row.content(), row.event()).value_or(otherwise);
    } catch (const std::exception &exception) {
        return fail(exception.what());
    } catch (...) {
        return fail("an exception that is no std::exception");
    }
}

} // namespace SignalBox::detail
