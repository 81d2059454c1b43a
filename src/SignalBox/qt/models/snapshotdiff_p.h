// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/models/eventkey_p.h>
#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/eventrow_p.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*! What has to be done to the rows of a model, so that they are those of a snapshot. */
struct SnapshotDifference
{
    struct Row
    {
        QVariant key;
        std::size_t hash;
        EventRow event;
    };
    std::vector<Row> set; // new ones, and those that have changed
    std::vector<std::pair<QVariant, std::size_t>> gone;
    std::uint64_t lost = 0; // rows without a key, without room, or with the key of another one
    bool isRefused = false; // the event is no list of rows
};

/*!
    The rows of the snapshot before, for comparing the next one with them. Reentrant: one thread at a time, any.

    Rows are equal if their type has ==. Rows of another type have always changed.
*/
class SnapshotState
{
public:
    /*! \a member: the key; empty: rows are told apart by their place in the list. \a readers: of the key. */
    void configure(const QString &member, std::vector<EventReader> readers, int capacity);
    /*! A row that there is already, whose value is not known. */
    void addKnown(const QVariant &key) { m_known.emplace(key, Known{QVariant(), 0}); }
    SnapshotDifference differenceTo(const Event &snapshot);

private:
    struct Known
    {
        QVariant value;
        std::uint64_t round;
    };

    void see(QVariant &value, int place, const std::shared_ptr<const HeldObjects> &held,
             SnapshotDifference &difference);
    QVariant keyOf(const QVariant &value, int place) const;
    struct Hash
    {
        std::size_t operator()(const QVariant &key) const;
    };

    QString m_member;
    QByteArray m_property;
    std::vector<EventReader> m_readers;
    int m_capacity = 0;
    std::unordered_map<QVariant, Known, Hash, EventKeyEqual> m_known;
    std::uint64_t m_round = 0;
    struct New
    {
        QVariant key;
        QVariant value;
    };
    std::vector<New> m_new; // of this round
    EventKeyMap<std::size_t> m_newPlaces;
};

} // namespace SignalBox::detail
