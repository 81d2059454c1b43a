// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#    include <SignalBox/qt/handlers/latestkey.h>
#endif
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <cstddef>
#include <functional>
#include <utility>

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

/*! Reads the member of an event that names its key, as EventModel::key. Thread-safe. */
class SIGNALBOX_QT_EXPORT MemberKey
{
public:
    explicit MemberKey(const QString &name) : m_name(name), m_property(name.toUtf8()) {}

    /*! Throws std::domain_error where there is none, or one that is not equal to itself. */
    MemberValue of(const Event &event) const;

private:
    QString m_name;
    QByteArray m_property;
};

/*! A handler's call that gets the newest event of each key: see latestBy(). \c Key: a thread-safe MemberValue of(const Event &) const. */
template <class Call, class Key>
class MemberKeyed : public Call
{
public:
    template <class Source>
    MemberKeyed(std::pair<Key, Source> &&source) : Call(std::move(source.second)), m_key(std::move(source.first))
    {
    }

    // On the notifying thread.
    template <class Use>
    bool withKey(const Event &event, Use &&use) const
    {
        if (event.hasExtras())
            event.prepareValue();
        const MemberValue key = m_key.of(event);
        return use(latestKeyOf(key));
    }

private:
    const Key m_key;
};

} // namespace SignalBox::detail
