// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/snapshotdiff_p.h>

#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/rowstore_p.h>

#include <QtCore/qsequentialiterable.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace SignalBox::detail {

namespace {

bool isList(QMetaType type)
{
    if (!type.isValid())
        return false;
    static_cast<void>(type.id()); // registers it, and with it that it is a list
    return QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>())
            || QMetaType::canConvert(type, QMetaType::fromType<QSequentialIterable>());
}

bool areEqual(const QVariant &a, const QVariant &b)
{
    const QMetaType type = a.metaType();
    return type == b.metaType() && type.isEqualityComparable() && type.equals(a.constData(), b.constData());
}

// Calls `see` with each row, and its place. The row is used for the next one, unless it is moved away.
template <class See>
void forEachRow(const Event::Content &content, See see)
{
    int place = 0;
    if (content.type == QMetaType::fromType<QVariantList>()) {
        for (QVariant row : *static_cast<const QVariantList *>(content.value))
            see(row, place++);
        return;
    }
    QVariant list(content.type, content.value);
    const auto rows = list.view<QSequentialIterable>();
    const QMetaSequence sequence = rows.metaContainer();
    const QMetaType rowType = sequence.valueMetaType();
    const void *const container = std::as_const(list).constData();
    void *const end = sequence.constEnd(container);
    void *const iterator = sequence.constBegin(container);
    QVariant row(rowType);
    for (; !sequence.compareConstIterator(iterator, end); sequence.advanceConstIterator(iterator, 1)) {
        if (!row.isValid())
            row = QVariant(rowType);
        sequence.valueAtConstIterator(iterator, row.data());
        see(row, place++);
    }
    sequence.destroyConstIterator(iterator);
    sequence.destroyConstIterator(end);
}

} // namespace

std::size_t SnapshotState::Hash::operator()(const QVariant &key) const
{
    return RowStore::hashOf(key);
}

void SnapshotState::configure(const QString &member, std::vector<EventReader> readers, int capacity)
{
    m_member = member;
    m_property = member.toUtf8();
    m_readers = std::move(readers);
    m_capacity = capacity;
}

QVariant SnapshotState::keyOf(const QVariant &value, int place) const
{
    if (m_member.isEmpty())
        return place;
    const Event::Content content = innermostContent({value.metaType(), value.constData()});
    try {
        if (std::optional<QVariant> read = EventColumn::readWith(m_readers, content, nullptr))
            return *std::move(read);
    } catch (...) {
        return {}; // a row without a key
    }
    return EventColumn::memberOf(content, m_member, m_property);
}

SnapshotDifference SnapshotState::differenceTo(const Event &snapshot)
{
    SnapshotDifference difference;
    const Event::Content content = innermostContent(snapshot.content());
    if (!isList(content.type)) {
        difference.isRefused = true;
        return difference;
    }
    std::shared_ptr<const HeldObjects> held;
    if (const HeldObjects *const objects = HeldObjects::of(snapshot))
        held = objects->copy();
    ++m_round;
    m_changed.clear();
    m_new.clear();
    m_newPlaces.clear();
    forEachRow(content, [&](QVariant &row, int place) { see(row, place, held, difference); });
    findGone(difference);
    difference.events.reserve(difference.events.size() + m_changed.size() + m_new.size());
    std::move(m_changed.begin(), m_changed.end(), std::back_inserter(difference.events));
    addNew(held, difference);
    return difference;
}

void SnapshotState::findGone(SnapshotDifference &difference)
{
    for (auto known = m_known.begin(); known != m_known.end();) {
        if (known->second.round == m_round) {
            ++known;
            continue;
        }
        const std::size_t hash = RowStore::hashOf(known->first);
        difference.events.push_back({.count = 0,
                                     .key = known->first,
                                     .hash = hash,
                                     .number = known->second.number,
                                     .isGone = true,
                                     .hasRow = true});
        m_freeNumbers.push_back(known->second.number);
        known = m_known.erase(known);
    }
}

void SnapshotState::addNew(const std::shared_ptr<const HeldObjects> &held, SnapshotDifference &difference)
{
    for (New &row : m_new) {
        if (static_cast<int>(m_known.size()) >= m_capacity) {
            ++difference.lost;
            continue;
        }
        const int number = takeNumber();
        const std::size_t hash = RowStore::hashOf(row.key);
        difference.events.push_back(
                {.event = EventRow(row.value, held), .key = row.key, .hash = hash, .number = number});
        m_known.emplace(std::move(row.key), Known{std::move(row.value), m_round, number});
    }
}

void SnapshotState::see(QVariant &value, int place, const std::shared_ptr<const HeldObjects> &held,
                        SnapshotDifference &difference)
{
    QVariant key = keyOf(value, place);
    if (!isEventKey(key)) {
        ++difference.lost;
        return;
    }
    const auto known = m_known.find(key);
    if (known == m_known.end()) {
        const auto [newPlace, isNew] = m_newPlaces.emplace(key, m_new.size());
        if (isNew) {
            m_new.push_back({std::move(key), std::exchange(value, {})});
        } else {
            ++difference.lost;
            m_new[newPlace->second].value = std::exchange(value, {});
        }
        return;
    }
    if (std::exchange(known->second.round, m_round) == m_round)
        ++difference.lost;
    if (areEqual(known->second.value, value))
        return;
    known->second.value = std::exchange(value, {});
    m_changed.push_back({.event = EventRow(known->second.value, held),
                         .key = known->first,
                         .hash = RowStore::hashOf(known->first),
                         .number = known->second.number,
                         .hasRow = true});
}

int SnapshotState::takeNumber()
{
    if (m_freeNumbers.empty())
        return m_numbers++;
    const int number = m_freeNumbers.back();
    m_freeNumbers.pop_back();
    return number;
}

int SnapshotState::addKnown(const QVariant &key)
{
    const int number = takeNumber();
    m_known.emplace(key, Known{QVariant(), 0, number});
    return number;
}

} // namespace SignalBox::detail
