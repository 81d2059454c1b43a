// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/memberkey.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

#include <vector>

namespace SignalBox::detail {

/*!
    What names an event's row in an EventModel, read on the notifying threads: a member, as EventColumn reads it. Thread-safe.

    Events without a key are those of one more key: so few of them wait, and the model learns how many they were.
*/
class RowKey
{
public:
    /*! \a readers read pointers to members only. */
    RowKey(const QString &name, std::vector<EventReader> readers);

    /*! Invalid where there is none, or one that is not equal to itself. */
    MemberValue of(const Event &event) const noexcept;

private:
    QString m_name;
    QByteArray m_property;
    std::vector<EventReader> m_readers;
};

} // namespace SignalBox::detail
