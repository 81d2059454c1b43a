// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/models/eventkey_p.h>
#include <SignalBox/qt/models/eventreader.h>
#include <SignalBox/qt/models/eventrow_p.h>
#include <SignalBox/qt/models/incomingevent_p.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace SignalBox::detail {

/*! The changes that make the rows of a model those of a snapshot. */
struct SnapshotDifference
{
    std::vector<IncomingEvent> events; // first of rows that go, which are empty; then of changed ones; then of new ones
    std::uint64_t lost = 0;            // rows without a key, without room, or with the key of another one
    bool isRefused = false;            // the event is no list of rows
};

/*!
    The rows of the snapshot before, for comparing the next one with them. Reentrant: one thread at a time, any.

    Rows of a type without == always count as changed.

    Each key has a number for as long as it is in the snapshots. With it, the model finds its row without looking for the key. A number is used again
    after its row has gone.
*/
class SnapshotState
{
public:
    /*! \a member: the key; empty: rows are told apart by their place in the list. \a readers: of the key. */
    void configure(const QString &member, std::vector<EventReader> readers, int capacity);
    /*! A row that the model has already; returns its number. Its value is not known, so it counts as changed. */
    int addKnown(const QVariant &key);
    SnapshotDifference differenceTo(const Event &snapshot);

private:
    struct Known
    {
        QVariant value;
        std::uint64_t round;
        int number;
    };

    int takeNumber();
    void see(QVariant &value, int place, const std::shared_ptr<const HeldObjects> &held,
             SnapshotDifference &difference);
    void findGone(SnapshotDifference &difference);
    void addNew(const std::shared_ptr<const HeldObjects> &held, SnapshotDifference &difference);
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
    std::vector<int> m_freeNumbers;
    int m_numbers = 0;                    // ever taken at once
    std::vector<IncomingEvent> m_changed; // of this round
    struct New
    {
        QVariant key;
        QVariant value;
    };
    std::vector<New> m_new; // of this round, too
    EventKeyMap<std::size_t> m_newPlaces;
};

} // namespace SignalBox::detail
