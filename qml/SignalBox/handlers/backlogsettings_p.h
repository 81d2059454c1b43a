// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qmlbacklog.h>
#include <SignalBox/qt/backlog.h>

#include <QtCore/qstring.h>

namespace SignalBox::detail {

/*! Whether a number of a script's is one in C++. */
bool isInt(double number) noexcept;

/*! A backlog as a script describes it, and so perhaps none. */
struct BacklogSettings
{
    QmlBacklog::Kind kind = QmlBacklog::Kind::Unbounded;
    double capacity = 0; // not given
    QmlBacklog::Overflow overflow = QmlBacklog::Overflow::DropOldest;
    double interval = -1; // not given
    QString key; // empty: not given

    /*! What is wrong, as "setting: expected this, not that"; empty if nothing is. Settings of other kinds are not looked at. */
    QString problem() const;
    /*! Without a problem only. */
    Backlog toBacklog() const;
};

} // namespace SignalBox::detail
