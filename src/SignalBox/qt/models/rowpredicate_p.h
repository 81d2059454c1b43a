// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/eventrow_p.h>

#include <utility>

namespace SignalBox::detail {

/*! A function of the program that is asked about rows. If it throws, that is logged, the first time only. */
class RowPredicate
{
public:
    /*! \a name: in messages. */
    explicit RowPredicate(const char *name) noexcept : m_name(name) {}

    void set(EventPredicate function)
    {
        m_function = std::move(function);
        m_hasFailed = false;
    }
    bool isSet() const noexcept { return static_cast<bool>(m_function); }

    /*! \a otherwise is the answer for an event of another type than the function takes. If the function throws, the answer is false. */
    bool isTrue(const EventRow &row, bool otherwise) const noexcept;

private:
    const char *m_name;
    EventPredicate m_function;
    mutable bool m_hasFailed = false;
};

} // namespace SignalBox::detail
