// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/nested.h>

#include <QtCore/qstring.h>

namespace SignalBox::detail {

/*! Nested as a script says it, and so perhaps none. */
struct NestedSetting
{
    static constexpr int deliver = 0; //!< SignalBox.Deliver
    static constexpr int wait = 2;    //!< SignalBox.Wait. Not 1: `nested: true` says neither.

    double value = deliver;

    /*! What is wrong, as "nested: expected this, not that"; empty if nothing is. */
    QString problem() const;
    /*! Without a problem only. */
    Nested toNested() const noexcept { return value == wait ? Nested::Wait : Nested::Deliver; }
};

} // namespace SignalBox::detail
