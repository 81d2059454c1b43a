// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/eventkey_p.h>
#include <SignalBox/qt/models/eventrow_p.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace SignalBox::detail {

/*!
    The rows of an EventModel, and the events that wait to become rows; it counts those that never will. Without a key a ring of the
    newest `capacity`; with one, a row for each key.

    A model takes what waits in steps, between which it tells its views. Reentrant.
*/
class EventRows
{
public:
    int count() const noexcept { return static_cast<int>(m_rows.size()); }
    const EventRow &at(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    bool isWaiting() const noexcept { return !m_waiting.empty(); }
    /*! The first of those. */
    const EventRow &firstWaiting() const { return m_waiting.front().row; }

    quint64 lost() const noexcept { return m_lost; }
    quint64 received() const noexcept { return m_received; }
    /*! Events that were lost on their way. */
    void countLost(quint64 count) noexcept
    {
        m_lost += count;
        m_received += count;
    }

    /*! An event has come, which stands for \a count of them: it waits, in place of another one, or they are lost. */
    void add(EventRow row, std::uint64_t count);

    // --- what waits becomes rows -----------------------------------------------------------------

    /*! How many rows have to go first, from the front. */
    int excess() const noexcept;
    void removeFirst(int count);
    /*! Makes events the events of the rows that have their keys: returns these rows, in order, each once. */
    std::vector<int> update();
    /*! All that still waits, for append(). At most as many as there is room for. */
    std::vector<EventRow> takeWaiting();
    void append(std::vector<EventRow> rows);

    // --- settings --------------------------------------------------------------------------------

    int capacity() const noexcept { return m_capacity; }
    /*! The caller has removed rows until there are not more. */
    void setCapacity(int capacity);
    void removeLast(int count);
    /*! All rows change. No column: no key. */
    void setKey(std::optional<EventColumn> key);
    bool isKeyed() const noexcept { return m_key.has_value(); }
    /*! Forgets all. */
    void clear();

private:
    struct Waiting
    {
        QVariant key;
        EventRow row;
    };

    void wait(EventRow row, std::uint64_t count);
    void dropExcess();

    int m_capacity = 10'000;
    std::optional<EventColumn> m_key;
    std::deque<EventRow> m_rows;
    EventKeyMap<int> m_rowOf;
    std::deque<Waiting> m_waiting;
    EventKeyMap<std::size_t> m_waitingOf; // places in m_waiting
    int m_newKeys = 0; // that wait
    quint64 m_lost = 0;
    quint64 m_received = 0;
};

} // namespace SignalBox::detail
