// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/models/eventmodel.h>
#include <SignalBox/qt/models/droppedevents_p.h>
#include <SignalBox/qt/models/eventcolumns_p.h>
#include <SignalBox/qt/models/incomingevent_p.h>
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
    An event goes three ways until it is shown. First it is in `incoming`, as it came. Then it is in `waiting`, where there is one event for each
    key. Then it is part of the update that is being made: in `changes`, or in its row if that is about to enter. An update has steps, and each
    step tells the views once:

        rows leave -> rows change -> rows enter -> rows take their order

    If rows leave from many places and the order changes anyway, they take their order at the end of all rows, and leave then.
    A step removes what it does from the update before it tells anybody. So a slot that changes the model can finish the update first, by
    finishUpdate(). Functions of the program that are asked about events run between updates only. They must not change the model: such calls are
    refused. They may destroy it: so what calls them keeps the Private alive, and looks at `q` afterwards.
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
    // Moves all of `incoming` to `waiting`. False: the model is gone.
    bool absorb();
    void absorbEvent(detail::IncomingEvent &next);
    void prefetchRows(const std::vector<detail::IncomingEvent> &events, std::size_t next) const;
    detail::ModelRow *absorbKeyed(detail::EventRow event, std::uint64_t count, detail::ModelRow *row, QVariant rowKey,
                                  std::size_t hash);
    void setSnapshotRow(int number, detail::ModelRow *row);
    void awaitNew(detail::EventRow event);
    void awaitFor(detail::ModelRow *row, detail::EventRow event, std::uint64_t count);
    void awaitRemoval(detail::ModelRow *row);
    bool hasRoom() const noexcept { return store.count() - leavingCount < capacity; }
    void forgetWaiting();
    bool isWaiting() const noexcept { return !waiting.empty() || !incoming.empty(); }

    // --- snapshots, and what they replace: eventmodelsnapshots.cpp -------------------------------

    void takeSnapshot(const detail::Batch &batch);
    void computeDifference();
    void takeDifference(detail::SnapshotDifference &&difference);
    void drop(detail::EventRow &event);
    void destroyDropped();

    // --- what waits becomes an update: eventmodelupdate.cpp --------------------------------------

    void show();
    // Makes the steps that are left of the update, also of a paused model. What waits stays. False: the model is gone.
    bool finishUpdate();
    bool prepareUpdate();
    void prepareRow(detail::ModelRow *row, detail::EventRow event);
    void leave(detail::ModelRow *row);
    void arrangeUpdate();
    bool isKeyed() const noexcept { return keyColumn || isSnapshot; }
    void refilter();
    void resort();
    void leaveExcess();
    void sortChanges();
    std::size_t changeRuns() const;
    bool isReadingOrChanging(const char *caller) const;
    void tell();

    // --- what views are told: eventmodelsteps.cpp ------------------------------------------------

    static constexpr std::size_t mostRuns = 8; // of rows: more of them cost a view more than one change of the order

    bool step();
    void removeStep();
    void changeStep();
    void enterStep();
    void orderStep();
    void reorder(std::vector<detail::ModelRow *> rows);
    bool isEntryAtEnd() const;
    std::size_t entryRuns() const;
    int placeOf(const detail::ModelRow *row) const;
    std::vector<detail::ModelRow *> without(const std::vector<detail::ModelRow *> &some) const;

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

    std::vector<detail::IncomingEvent> incoming;

    struct Waiting
    {
        detail::EventRow event;
        detail::ModelRow *row; // null: it becomes a new one
    };
    std::deque<Waiting> waiting;
    static void prefetchWaiting(const std::deque<Waiting> &events, std::size_t next);
    int leavingCount = 0; // rows that will go in the next update

    // The update.
    struct Change
    {
        detail::EventRow event;
        detail::SortKey sortKey;
        detail::ModelRow *row;
        bool isMoved; // it may stand in a wrong place then
    };
    std::vector<detail::ModelRow *> leaving;  // shown ones, in the order of their places
    std::vector<Change> changes;              // of shown rows that stay; the last one is made first, and stands first in the model
    std::vector<detail::ModelRow *> entering; // with their events
    std::vector<detail::ModelRow *> moved;    // shown ones that may stand in a wrong place
    bool isLeavingLast = false;               // rows leave after the others have taken their order
    bool areRunsJoined = false;               // runs of changes are told together
    std::vector<int> persistentRows;          // then: the rows of persistent indexes, ascending

    bool isShowing = false;
    bool isReading = false;  // a function of the program is asked about events
    bool isChanging = false; // between a begin and an end

    std::shared_ptr<detail::SnapshotState> snapshots = std::make_shared<detail::SnapshotState>();
    // The rows of the numbers of `snapshots`, each with the number of its arrival; null: not known.
    std::vector<std::pair<detail::ModelRow *, std::uint64_t>> snapshotRows;
    detail::EventPointer newestSnapshot;
    bool isComputing = false;
    bool isComparedElsewhere = false; // snapshots are compared by another thread, which also destroys what they replace
    detail::DroppedEvents dropped;
    const std::shared_ptr<const bool> destroying = std::make_shared<const bool>(); // shared by the calls of the pool that destroy such
    // How a thread that compares snapshots finds the model, which may die meanwhile.
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
