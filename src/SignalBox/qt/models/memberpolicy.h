// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/qt/backlogs/eventkey.h>
#endif
#include <SignalBox/qt/backlogs/eventpolicy.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*! The value of a member, as a key: 1 and 1.0 are one key. */
struct SIGNALBOX_QT_EXPORT MemberValue
{
    QVariant value;

    std::size_t hash() const noexcept;

    SIGNALBOX_QT_EXPORT friend bool operator==(const MemberValue &a, const MemberValue &b);
};

} // namespace SignalBox::detail

template <>
struct std::hash<SignalBox::detail::MemberValue>
{
    std::size_t operator()(const SignalBox::detail::MemberValue &key) const noexcept { return key.hash(); }
};

namespace SignalBox::detail {

/*! What is kept of events by their members, which are named: which events count, and what their key is. */
class SIGNALBOX_QT_EXPORT MemberPolicy final : public EventPolicy
{
public:
    /*! What an event without a key is. Of one more key: so few of them wait, and the recipient learns how many there were. */
    enum class WithoutKey { Failure, OneMoreKey };

    /*!
        \a key: the name of a member, or empty: no key. \a match: the names and values of members that an event must have to count. \a readers: of the
        key; they read pointers to members only.
    */
    MemberPolicy(const QString &key, const QVariantMap &match, WithoutKey withoutKey = WithoutKey::Failure,
                 std::vector<EventReader> readers = {});

    bool wants(const Event &event) const override;
    void withKey(const Event &event, void *user, KeyUse use) const override;

private:
    struct Member
    {
        explicit Member(const QString &memberName) : name(memberName), property(memberName.toUtf8()) {}
        QVariant of(const Event &event) const;

        QString name;
        QByteArray property;
    };

    QVariant keyOf(const Event &event) const;

    Member m_key;
    std::vector<std::pair<Member, QVariant>> m_match;
    WithoutKey m_withoutKey;
    std::vector<EventReader> m_readers;
};

} // namespace SignalBox::detail
