// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventmodel.h>
#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/rowmerge_p.h>
#include <SignalBox/qt/models/roworder_p.h>
#include <SignalBox/qt/models/rowpredicate_p.h>
#include <SignalBox/qt/models/rowstore_p.h>
#include <SignalBox/qt/models/shownrows_p.h>
#include <SignalBox/qt/models/snapshotdiff_p.h>

#include <QtCore/qpointer.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace SignalBox {

/*
    An event on its way to a row: it has come (`incoming`); it waits, one for each key (`waiting`); it is in the update that is being made
    (`changes`, or in its row, which enters). An update has steps, each of which tells the views once:

        rows leave -> rows change -> rows enter -> rows take their order

    A step takes what it does out of the update before it tells anybody, so a slot that changes the model finishes the update first
    (finishUpdate()). Functions of the program that are asked about events run between the steps only, and must not change the model: such
    calls are refused. They may destroy it; so each of these functions holds on to the Private, and looks whether the model still lives.
*/
class EventModel::Private : public std::enable_shared_from_this<EventModel::Private>
{
public:
    explicit Private(EventModel &model) : q(&model)
    {
        back->model = q;
        back->owner = this;
    }
    // The model is being destroyed; an update that is under way ends.
    void end();

    // --- what comes: eventmodelinput.cpp ---------------------------------------------------------

    void listen();
    std::shared_ptr<const detail::EventPolicy> producersKey() const;
    void take(const detail::Batch &batch);
    void takeSnapshot(const detail::Batch &batch);
    void computeDifference();
    void takeDifference(detail::SnapshotDifference &&difference);
    // What has come waits. False: the model is gone.
    bool absorb();
    void absorbKeyed(detail::EventRow event, std::uint64_t count, detail::ModelRow *row, QVariant rowKey,
                     std::size_t hash);
    void awaitNew(detail::EventRow event);
    void awaitFor(detail::ModelRow *row, detail::EventRow event, std::uint64_t count);
    void awaitRemoval(detail::ModelRow *row);
    bool hasRoom() const noexcept { return store.count() - leavingCount < capacity; }
    void forgetWaiting();
    bool isWaiting() const noexcept { return !waiting.empty() || !incoming.empty(); }

    // --- what waits becomes rows: eventmodelupdate.cpp -------------------------------------------

    void show();
    // What follows a change of settings: the same, also of a paused model, without what waits. False: the model is gone.
    bool finishUpdate();
    bool prepareUpdate();
    void prepareRow(detail::ModelRow *row, detail::EventRow event);
    void leave(detail::ModelRow *row);
    void arrangeUpdate();
    bool isKeyed() const noexcept { return keyColumn || isSnapshot; }
    void refilter();
    void resort();
    void leaveExcess();
    bool step();
    void removeStep();
    void changeStep();
    void enterStep();
    std::size_t entryRuns() const;
    std::vector<detail::ModelRow *> without(const std::vector<detail::ModelRow *> &all,
                                            std::vector<detail::ModelRow *> &some) const;
    int placeOf(const detail::ModelRow *row) const;
    void orderStep();
    void reorder(const std::vector<detail::ModelRow *> &order);
    bool isReadingOrChanging(const char *caller) const;
    void tell();

    // --- columns and roles: eventmodelcolumns.cpp ------------------------------------------------

    void findColumns();
    void setColumns(const QStringList &names);
    detail::EventColumn column(const QString &name) const;
    QVariant cell(const detail::EventRow &event, int column, int role) const;
    detail::SortKey readSortKey(const detail::EventRow &event) const;
    const detail::EventRow *firstEvent() const;
    void rekey();

    EventModel *q; // null: it is gone
    QPointer<RegistryObject> registry;
    SourceLocation registeredAt; // where it was set; empty: by its property
    QMetaObject::Connection destroyed;
    HandlerGuard handler;
    static constexpr int mostQueued = 1'000'000; // their places are allocated at once
    int queueCapacity = 0;                       // of that handler, if it has no key

    std::map<QString, std::vector<detail::EventReader>> readers; // of columns and the key, by their names
    std::map<std::pair<QString, int>, std::vector<detail::EventReader>> roleReaders; // of the roles of columns
    std::vector<detail::EventColumn> columns;
    std::map<std::pair<int, int>, detail::EventColumn> roles; // of columns, by their numbers
    bool areColumnsGiven = false;
    QString key;
    std::optional<detail::EventColumn> keyColumn;

    int capacity = 10'000;
    int interval = 16;
    bool isPaused = false;
    bool isSnapshot = false;

    QString removesMember;
    detail::RowPredicate removes{"setRemoves()"};
    detail::RowPredicate filter{"setFilter()"};
    std::optional<detail::EventMerge> merge;
    bool hasMergeFailed = false;
    int sortColumn = -1;
    int sortRole = Qt::DisplayRole;
    detail::RowOrder order;

    detail::RowStore store;
    detail::ShownRows shown;

    struct Incoming
    {
        detail::EventRow event;
        std::uint64_t count;   // for how many events it stands
        detail::ModelRow *row; // of its key, with the number of its arrival; null: not known
        std::uint64_t arrival;
        QVariant key; // invalid: not known
        std::size_t hash;
        bool isGone = false; // its row is to go
    };
    std::deque<Incoming> incoming;

    struct Waiting
    {
        detail::EventRow event;
        detail::ModelRow *row; // null: it becomes a new one
    };
    std::deque<Waiting> waiting;
    int leavingCount = 0; // rows that will go in the next update

    // The update.
    struct Change
    {
        detail::EventRow event;
        detail::SortKey sortKey;
        detail::ModelRow *row;
    };
    std::vector<detail::ModelRow *> leaving;  // shown ones
    std::vector<Change> changes;              // of shown rows that stay; the last one is made first
    std::vector<detail::ModelRow *> entering; // with their events
    std::vector<detail::ModelRow *> moved;    // shown ones that may stand in a wrong place

    bool isShowing = false;
    bool isReading = false;  // a function of the program is asked about events
    bool isChanging = false; // between a begin and an end

    std::shared_ptr<detail::SnapshotState> snapshots = std::make_shared<detail::SnapshotState>();
    detail::EventPointer newestSnapshot;
    bool isComputing = false;
    // What a thread that computes knows of the model, which may die meanwhile.
    struct WayBack
    {
        std::mutex mutex;
        EventModel *model; // null: it is gone
        Private *owner;    // of the model's thread
    };
    const std::shared_ptr<WayBack> back = std::make_shared<WayBack>();

    quint64 lost = 0;
    quint64 received = 0;
    int toldCount = 0;
    quint64 toldLost = 0;
    quint64 toldReceived = 0;
};

} // namespace SignalBox
