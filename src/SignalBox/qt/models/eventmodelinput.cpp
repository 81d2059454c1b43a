// SPDX-License-Identifier: MIT
#include <SignalBox/qt/models/eventmodel_p.h>

#include <SignalBox/qt/backlogs/keyedslot.h>
#include <SignalBox/qt/models/memberpolicy.h>
#include <SignalBox/qt/observing/logging.h>

#include <algorithm>
#include <tuple>

// How events come into a model, and wait there.

namespace SignalBox {

static bool areMembers(const std::vector<detail::EventReader> &readers)
{
    return std::all_of(readers.begin(), readers.end(),
                       [](const detail::EventReader &reader) { return reader.isMember; });
}

void EventModel::Private::listen()
{
    handler = {};
    newestSnapshot = detail::EventPointer();
    snapshots = std::make_shared<detail::SnapshotState>();
    snapshotRows.clear();
    for (detail::IncomingEvent &event : incoming)
        event.number = -1; // of the state before
    const auto place = readers.find(key);
    isComparedElsewhere = isSnapshot && (place == readers.end() || areMembers(place->second));
    if (!registry)
        return;
    const auto taking = [this](const detail::Batch &batch) { take(batch); };
    const QString name = q->objectName().isEmpty() ? QStringLiteral("EventModel") : q->objectName();
    const char *const caller = "EventModel";
    if (isSnapshot) {
        snapshots->configure(key, place == readers.end() ? std::vector<detail::EventReader>() : place->second,
                             capacity);
        for (detail::ModelRow *row = store.first(); row; row = row->after) {
            if (!row->isLeaving)
                setSnapshotRow(snapshots->addKnown(row->key()), row);
        }
        const AsyncOptions options{.name = name, .backlog = Backlog::newest().every(interval)};
        handler = registry->registerBatchGuard(q, taking, detail::HandlerSettings(options, caller), registeredAt);
        return;
    }
    if (const std::shared_ptr<const detail::EventPolicy> policy = producersKey()) {
        const auto keep = merge ? Backlog::Keep::MergedByKey : Backlog::Keep::NewestByKey;
        const AsyncOptions options{.name = name, .backlog = Backlog(keep).every(interval)};
        handler =
                registry->registerBatchGuard(q, taking, detail::HandlerSettings(options, policy, caller), registeredAt);
        return;
    }
    // With a key, many events may become few rows.
    queueCapacity =
            keyColumn ? mostQueued : std::clamp(capacity, 2, mostQueued); // of 1, what is lost would count as merged
    const AsyncOptions options{.name = name, .backlog = Backlog::newest(queueCapacity).every(interval)};
    handler = registry->registerBatchGuard(q, taking, detail::HandlerSettings(options, caller), registeredAt);
}

// Null if the notifying threads must not read it, or not merge: a function may use what is the model's thread's.
std::shared_ptr<const detail::EventPolicy> EventModel::Private::producersKey() const
{
    if (!keyColumn || (merge && !merge->policy))
        return nullptr;
    const auto place = readers.find(key);
    std::vector<detail::EventReader> ofKey =
            place == readers.end() ? std::vector<detail::EventReader>() : place->second;
    if (!areMembers(ofKey))
        return nullptr;
    auto policy = std::make_shared<detail::MemberPolicy>(
            key, QVariantMap(), detail::MemberPolicy::WithoutKey::OneMoreKey, std::move(ofKey));
    if (merge)
        return std::make_shared<detail::MergedRowsPolicy>(std::move(policy), *merge);
    return policy;
}

// The slots of the batch are valid until code of the program runs, so all of them are looked at first.
void EventModel::Private::take(const detail::Batch &batch)
{
    const auto self = shared_from_this();
    if (isSnapshot) {
        takeSnapshot(batch);
        return;
    }
    lost += batch.dropped();
    received += batch.dropped();
    if (keyColumn)
        incoming.reserve(incoming.size() + batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const detail::Event &event = batch.eventAt(i);
        event.addReference();
        if (!keyColumn && !isReading) {
            received += 1;
            awaitNew(detail::EventRow(detail::EventPointer(&event)));
            continue;
        }
        detail::IncomingEvent next{.event = detail::EventRow(detail::EventPointer(&event)), .count = batch.countAt(i)};
        received += next.count;
        if (i + detail::prefetchDistance < batch.size()) {
            const detail::KeyedSlot *const later = batch.slotAt(i + detail::prefetchDistance);
            if (later && later->place)
                static_cast<const detail::ModelRow *>(later->place)->prefetch();
        }
        if (detail::KeyedSlot *const slot = batch.slotAt(i); slot && keyColumn) {
            auto *row = static_cast<detail::ModelRow *>(slot->place);
            next.hash = static_cast<std::size_t>(slot->hash);
            if (!row || row->arrival != slot->placeNumber) {
                next.key = static_cast<const detail::MemberValue *>(slot->key())->value;
                row = next.key.isValid() ? store.find(next.key, next.hash) : nullptr;
                slot->place = row;
                slot->placeNumber = row ? row->arrival : 0;
            }
            next.row = row;
            next.arrival = row ? row->arrival : 0;
        }
        incoming.push_back(std::move(next));
    }
    show();
}

// --- what has come waits -------------------------------------------------------------------------

bool EventModel::Private::absorb()
{
    if (isReading) // in an event loop that the function has opened
        return true;
    const auto self = shared_from_this();
    isReading = true;
    while (q && !incoming.empty()) {
        std::vector<detail::IncomingEvent> taken;
        taken.swap(incoming);
        for (std::size_t i = 0; q && i < taken.size(); ++i) {
            prefetchRows(taken, i);
            absorbEvent(taken[i]);
        }
        if (isComparedElsewhere)
            dropped.incoming.push_back(std::move(taken));
    }
    isReading = false;
    return q != nullptr;
}

void EventModel::Private::absorbEvent(detail::IncomingEvent &next)
{
    if (!isKeyed()) {
        awaitNew(std::move(next.event));
        return;
    }
    if (const auto place = static_cast<std::size_t>(next.number); next.hasRow && place < snapshotRows.size())
        std::tie(next.row, next.arrival) = snapshotRows[place];
    detail::ModelRow *row = next.row && next.row->arrival == next.arrival ? next.row : nullptr;
    if (!row && !next.key.isValid()) {
        if (!keyColumn) { // a row of a snapshot from before the key went
            lost += next.count;
            return;
        }
        next.key = keyColumn->read(next.event); // of a function; or of an event that has none, which is logged
        if (!q)
            return;
        next.hash = detail::isEventKey(next.key) ? detail::RowStore::hashOf(next.key) : 0;
    }
    if (!row && !detail::isEventKey(next.key)) {
        lost += next.count;
        return;
    }
    if (!row)
        row = store.find(next.key, next.hash);
    if (!next.isGone && removes.isSet())
        next.isGone = removes.isTrue(next.event, false);
    if (!q)
        return;
    if (next.isGone && row)
        awaitRemoval(row);
    else if (!next.isGone)
        row = absorbKeyed(std::move(next.event), next.count, row, std::move(next.key), next.hash);
    if (next.number >= 0)
        setSnapshotRow(next.number, next.isGone ? nullptr : row);
}

// Of those that come after the next one.
void EventModel::Private::prefetchRows(const std::vector<detail::IncomingEvent> &events, std::size_t next) const
{
    if (next + 2 * detail::prefetchDistance < events.size()) {
        const auto place = static_cast<std::size_t>(events[next + 2 * detail::prefetchDistance].number);
        if (place < snapshotRows.size())
            detail::prefetch(&snapshotRows[place]);
    }
    if (next + detail::prefetchDistance < events.size()) {
        const detail::IncomingEvent &event = events[next + detail::prefetchDistance];
        const auto place = static_cast<std::size_t>(event.number);
        if (const detail::ModelRow *const row =
                    event.hasRow && place < snapshotRows.size() ? snapshotRows[place].first : event.row)
            row->prefetch();
        else
            store.prefetchBucket(event.hash);
    }
    if (next + detail::prefetchDistance / 2 < events.size()) {
        const detail::IncomingEvent &event = events[next + detail::prefetchDistance / 2];
        if (!event.row && !event.hasRow)
            store.prefetchFirstOfBucket(event.hash);
    }
}

// Without a key.
void EventModel::Private::awaitNew(detail::EventRow event)
{
    waiting.push_back({std::move(event), nullptr});
    for (; waiting.size() > static_cast<std::size_t>(capacity); ++lost)
        waiting.pop_front();
}

// Returns the row; null: there is no room for it.
detail::ModelRow *EventModel::Private::absorbKeyed(detail::EventRow event, std::uint64_t count, detail::ModelRow *row,
                                                   QVariant rowKey, std::size_t hash)
{
    if (!row || row->isLeaving) {
        if (!hasRoom()) {
            lost += count;
            return nullptr;
        }
        if (row) { // it comes again before it has gone
            row->isLeaving = false;
            if (row->waiting >= 0) // else the update that is being made has it
                --leavingCount;
        }
    }
    if (!row)
        row = store.append(std::move(rowKey), hash);
    awaitFor(row, std::move(event), count);
    return row;
}

void EventModel::Private::setSnapshotRow(int number, detail::ModelRow *row)
{
    const auto place = static_cast<std::size_t>(number);
    if (place >= snapshotRows.size())
        snapshotRows.resize(place + 1);
    snapshotRows[place] = {row, row ? row->arrival : 0};
}

void EventModel::Private::awaitFor(detail::ModelRow *row, detail::EventRow event, std::uint64_t count)
{
    if (row->waiting < 0) {
        row->waiting = static_cast<int>(waiting.size());
        waiting.push_back({std::move(event), row});
        return;
    }
    detail::EventRow &place = waiting[static_cast<std::size_t>(row->waiting)].event;
    if (!merge || isSnapshot || !place.isValid()) {
        std::swap(place, event);
        drop(event);
    } else if (std::optional<detail::EventRow> merged = detail::mergedRow(*merge, place, event, hasMergeFailed)) {
        place = *std::move(merged);
    } else {
        lost += count;
    }
}

void EventModel::Private::awaitRemoval(detail::ModelRow *row)
{
    if (std::exchange(row->isLeaving, true))
        return;
    ++leavingCount;
    if (row->waiting < 0) {
        row->waiting = static_cast<int>(waiting.size());
        waiting.push_back({detail::EventRow(), row});
    } else {
        drop(waiting[static_cast<std::size_t>(row->waiting)].event);
    }
}

// New rows that wait go with their events.
void EventModel::Private::forgetWaiting()
{
    incoming.clear();
    for (Waiting &event : waiting) {
        if (!event.row)
            continue;
        event.row->waiting = -1;
        if (std::exchange(event.row->isLeaving, false))
            --leavingCount;
        if (event.row->isNew)
            store.remove(event.row);
    }
    waiting.clear();
}

} // namespace SignalBox
