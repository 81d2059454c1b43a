// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventrows_p.h>

#include <algorithm>
#include <utility>

namespace SignalBox::detail {

void EventRows::add(EventRow row, std::uint64_t count)
{
    m_received += count;
    wait(std::move(row), count);
}

void EventRows::wait(EventRow row, std::uint64_t count)
{
    if (!m_key) {
        m_waiting.push_back({{}, std::move(row)});
        dropExcess();
        return;
    }
    QVariant key = m_key->read(row);
    if (!isEventKey(key)) {
        m_lost += count;
        return;
    }
    if (const auto place = m_waitingOf.find(key); place != m_waitingOf.end()) {
        m_waiting[place->second].row = std::move(row);
        return;
    }
    if (!m_rowOf.contains(key)) {
        if (this->count() + m_newKeys >= m_capacity) {
            m_lost += count;
            return;
        }
        ++m_newKeys;
    }
    m_waitingOf.emplace(key, m_waiting.size());
    m_waiting.push_back({std::move(key), std::move(row)});
}

void EventRows::dropExcess()
{
    for (; m_waiting.size() > static_cast<std::size_t>(m_capacity); ++m_lost)
        m_waiting.pop_front();
}

int EventRows::excess() const noexcept
{
    if (m_key)
        return 0;
    const std::size_t all = m_rows.size() + m_waiting.size();
    const auto capacity = static_cast<std::size_t>(m_capacity);
    return all <= capacity ? 0 : static_cast<int>(std::min(all - capacity, m_rows.size()));
}

void EventRows::removeFirst(int count)
{
    m_rows.erase(m_rows.begin(), m_rows.begin() + count);
}

std::vector<int> EventRows::update()
{
    std::vector<int> updated;
    if (!m_key)
        return updated;
    std::deque<Waiting> added;
    for (Waiting &waiting : m_waiting) {
        waiting.row.detach();
        const auto place = m_rowOf.find(waiting.key);
        if (place == m_rowOf.end()) {
            added.push_back(std::move(waiting));
            continue;
        }
        m_rows[static_cast<std::size_t>(place->second)] = std::move(waiting.row);
        updated.push_back(place->second);
    }
    m_waiting.swap(added);
    m_waitingOf.clear();
    for (std::size_t place = 0; place < m_waiting.size(); ++place)
        m_waitingOf.emplace(m_waiting[place].key, place);
    std::sort(updated.begin(), updated.end());
    return updated;
}

std::vector<EventRow> EventRows::takeWaiting()
{
    std::vector<EventRow> taken;
    taken.reserve(m_waiting.size());
    for (Waiting &waiting : m_waiting) {
        if (m_key && count() + static_cast<int>(taken.size()) >= m_capacity) { // it has become smaller
            ++m_lost;
            continue;
        }
        if (m_key)
            m_rowOf.emplace(std::move(waiting.key), count() + static_cast<int>(taken.size()));
        taken.push_back(std::move(waiting.row));
    }
    m_waiting.clear();
    m_waitingOf.clear();
    m_newKeys = 0;
    return taken;
}

void EventRows::append(std::vector<EventRow> rows)
{
    m_rows.insert(m_rows.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

void EventRows::setCapacity(int capacity)
{
    m_capacity = capacity;
    if (!m_key)
        dropExcess();
}

void EventRows::removeLast(int count)
{
    m_rows.erase(m_rows.end() - count, m_rows.end());
    std::erase_if(m_rowOf, [this](const auto &entry) { return entry.second >= this->count(); });
}

void EventRows::setKey(std::optional<EventColumn> key)
{
    m_key = std::move(key);
    std::deque<EventRow> rows;
    m_rows.swap(rows);
    std::deque<Waiting> waiting;
    m_waiting.swap(waiting);
    m_rowOf.clear();
    m_waitingOf.clear();
    m_newKeys = 0;
    for (EventRow &row : rows) {
        if (!m_key) {
            m_rows.push_back(std::move(row));
            continue;
        }
        QVariant rowKey = m_key->read(row);
        if (!isEventKey(rowKey))
            continue;
        row.detach();
        const auto [place, isNew] = m_rowOf.emplace(std::move(rowKey), count());
        if (isNew)
            m_rows.push_back(std::move(row));
        else
            m_rows[static_cast<std::size_t>(place->second)] = std::move(row);
    }
    for (Waiting &event : waiting)
        wait(std::move(event.row), 1);
}

void EventRows::clear()
{
    m_rows.clear();
    m_rowOf.clear();
    m_waiting.clear();
    m_waitingOf.clear();
    m_newKeys = 0;
    m_lost = 0;
    m_received = 0;
}

} // namespace SignalBox::detail
