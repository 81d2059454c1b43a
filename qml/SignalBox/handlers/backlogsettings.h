// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/backlogs/backlog.h>
#include <SignalBox/qt/backlogs/eventpolicy.h>

#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <memory>
#include <optional>

namespace SignalBox::detail {

/*! Whether a number of a script's is one in C++. */
bool isInt(double number) noexcept;

/*! A backlog as a script describes it, and so perhaps none. */
struct BacklogSettings
{
    double newest = 0; // this and the next one: 0 if it is not given
    double oldest = 0;
    QString key = {}; // empty: not given
    double every = -1; // this and the next one: -1 if it is not given
    double quietFor = -1;
    bool isOnDemand = false;
    std::optional<QVariantMap> match = QVariantMap(); // empty: all events count; none: it is no object of members

    /*! What is wrong, as "setting: expected this, not that"; empty if nothing is. The caller says that `match` is no object. */
    QString problem() const;
    /*! These two without a problem only. */
    Backlog toBacklog() const;
    /*! Null: it needs none. */
    std::shared_ptr<const EventPolicy> toPolicy() const;
};

/*! What to write in place of the settings of version 0.2, for a message. */
QString settingsInPlaceOf(const char *old);

} // namespace SignalBox::detail
