// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/eventrow_p.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstringlist.h>

#include <optional>
#include <vector>

namespace SignalBox::detail {

/*! What QML calls a role of Qt. */
QByteArray roleName(int role);

/*!
    What one column reads of events, by its name: with the functions that were given for that name; or else a property of a gadget, or a member of a
    map. An event without members has one, "value": itself. What an event does not have is an invalid QVariant.
*/
class EventColumn
{
public:
    EventColumn(const QString &name, std::vector<EventReader> readers)
        : m_name(name), m_property(name.toUtf8()), m_readers(std::move(readers))
    {
    }

    const QString &name() const noexcept { return m_name; }
    /*! Invalid where the function throws. That is logged, for the first time. */
    QVariant read(const EventRow &row) const noexcept;

    /*! What the first of \a readers for the type of the event reads. Nothing: there is none. \a event may be null. Throws what the function
        throws. Thread-safe if the functions are. */
    static std::optional<QVariant> readWith(const std::vector<EventReader> &readers, const Event::Content &content, const Event *event);
    /*! The names of all members of an event, in their order. */
    static QStringList membersOf(const Event::Content &content);
    /*! One of them; \a property: its name as that of a property. Thread-safe. */
    static QVariant memberOf(const Event::Content &content, const QString &name, const QByteArray &property);

private:
    QVariant readValue(const EventRow &row) const;
    QVariant readMember(const Event::Content &content) const;
    static QVariant memberOf(const Event::Content &content, const QString &name);
    void logFailure(const char *what) const noexcept;

    QString m_name;
    QByteArray m_property;
    std::vector<EventReader> m_readers;
    // Of the gadget that was read last.
    mutable const QMetaObject *m_gadget = nullptr;
    mutable int m_index = -1;
    mutable bool m_hasFailed = false;
};

} // namespace SignalBox::detail
