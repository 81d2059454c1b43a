// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/registry/nullfunction.h>
#include <SignalBox/core/sourcelocation.h>
#include <SignalBox/qt/models/eventreader.h>
#endif
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qanystringview.h>
#include <QtCore/qstringlist.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace SignalBox {

template <class E>
class AsyncRegistry;

/*!
    \class SignalBox::EventModel
    \qmltype EventModel
    \brief A registry's events as a table model: one row for each event, or for each key.

    Each event becomes a row at the end. Without a \c key, the model shows the last \c capacity events. With a key, an event replaces
    the row that has the same key, or removes it (\c removes), or is taken into it (setMerge()). With \c snapshot, each event is the list of all
    rows there are. Rows can be kept in order while they change (sort()), and only some of them shown (setFilter()).

    Changes are made in blocks, once per \c interval: rows are removed, changed (one dataChanged() for each run), inserted, and at last put in
    order, by one layoutChanged(). Where rows go from many places or come to many places, they are moved to the end before, or from there
    afterwards, by one layoutChanged(). If rows go from many places and the order changes anyway, one layoutChanged() does both, and they are removed
    after it; until then there may be more than \c capacity. If many rows change and also take other places, one dataChanged() tells of all,
    and of rows between them; but not of rows that have not changed and have a persistent index, as edited ones do. Persistent indexes stay with their rows, and with them selection and current row of a view.

    A column shows one member of the events: a property of a Q_GADGET, a key of a QVariantMap, or the result of a function given to
    addColumn(). If an event does not have that member, the cell is an invalid QVariant. An event without members, such as an
    int, has one column, "value". The value of a cell is its Qt::DisplayRole. Each column is also a role with the column's name, so that
    QTableView, ListView and TableView all work.

    \threadsafety The model's own thread only, as for any model of Qt. The registry may live on any thread, and events may be posted on
    any thread. A key that is a member is read on the threads that post, on several at once; so is a pointer to a member that
    addColumn() was given for it. All other functions run on the model's thread.

    \ordering As for a handler: each producer's events keep their order. With a key, those of one row do; new rows come in the order in
    which their first events did, as far as one producer posts them.

    \cost An event costs a place in a batch, and no copy: rows share the event with the handlers of the registry. With a key,
    small events are copied once per interval. While the model's thread is blocked, at most \c capacity
    events wait, and never more than a million. Putting rows in order costs O(n) in the rows that are shown, and O(k log k) in those that have changed. With a key that is a member, one event of each key waits, as with Backlog::newestBy(). A newer event
    replaces it, and it counts as merged in RegistryObject::handlers(), but not as \c lost. With a key that is another function, the
    newest million events wait.

    \errors A capacity that is not positive, a negative interval, and a column name that is empty or used twice are refused
    with a warning, and change nothing. If the function of a column throws, that is logged, and the cell is invalid.

    \lifetime The rows stay when the registry is destroyed. Setting another registry empties the model. A QObject to which an event points, in
    a QVariant, its maps and lists, or a property of a Q_GADGET, may be destroyed: it reads as null from then on, also to the functions of
    addColumn(). Pointers in other structs cannot be followed. Slots and functions of the program may destroy the model; a function that is asked
    about events must not change it: that is refused with a warning, as it is between a signal such as rowsAboutToBeRemoved() and its second half.

    Its handler is named by the model's objectName at the time when the registry is set, or "EventModel", and has the place of the call of
    setRegistry(): so traces, stallReport() and RegistryObject::handlers() show it. Of QML they show no place.

    In QML there are also the property \c filter, a function or null, and the functions \c addRole(column, role, function), \c eventAt(row), which
    returns undefined where there is no such row, and \c setMerge(function). That function is called with two events, kept and newer, and
    returns the event that is kept; it runs on the model's thread only, and the newest million events wait for it. Wrong arguments are TypeErrors at
    the caller's line; for \c filter they are a warning. All these functions belong to the component that has created the model, and end with it.
    SignalBoxAttached::setFilter() is for a model that another component has created, or C++.

    \code{.qml}
    EventModel { registry: bus; filter: event => event.level >= 2 }
    \endcode

    \code
    SignalBox::EventModel model;
    model.addColumn<Tick>("symbol", &Tick::symbol);
    model.addColumn<Tick>("price", [](const Tick &tick) { return QString::number(tick.price, 'f', 2); });
    model.setKey(QStringLiteral("symbol"));
    model.setRegistry(&ticks);
    table.setModel(&model);
    \endcode
*/
class SIGNALBOX_QT_EXPORT EventModel : public QAbstractTableModel
{
    Q_OBJECT
    /*! The registry whose events are shown. Null at first, and after the registry was destroyed. */
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry WRITE setRegistryProperty NOTIFY registryChanged FINAL)
    /*!
        The names of the columns. If none was set or added, the columns are the members of the first event that arrives. Setting an empty
        list restores this.
    */
    Q_PROPERTY(QStringList columns READ columns WRITE setColumns NOTIFY columnsChanged FINAL)
    /*!
        The member by which events share a row. It need not be a column. If it is empty, the default, each event has its own row. An event
        without the member counts as lost. So does an event with a new key if there are \c capacity rows already.
    */
    Q_PROPERTY(QString key READ key WRITE setKey NOTIFY keyChanged FINAL)
    /*! The maximum number of rows, 10 000 by default. Making it smaller removes the oldest rows; with a key, the last ones. */
    Q_PROPERTY(int capacity READ capacity WRITE setCapacity NOTIFY capacityChanged FINAL)
    /*!
        The minimum time between two changes of the rows, in milliseconds, 16 by default. If no event came for that time, the next one is
        shown at once. Setting another interval drops the events that have not reached the model's thread yet. So do setting another key,
        and, without a key, a larger \c capacity.
    */
    Q_PROPERTY(int interval READ interval WRITE setInterval NOTIFY intervalChanged FINAL)
    /*! If true, the rows do not change. Up to \c capacity events are collected, and shown when it is false again. */
    Q_PROPERTY(bool paused READ isPaused WRITE setPaused NOTIFY pausedChanged FINAL)
    /*!
        With a key: the name of a member that is true in events that remove the row of their key, instead of becoming one. It need not be a
        column. Empty, the default: no event does. setRemoves() replaces it.
    */
    Q_PROPERTY(QString removes READ removes WRITE setRemovesMember NOTIFY removesChanged FINAL)
    /*! The column by which rows are sorted; -1, the default: they stand in the order of their arrival. If there is no such column, too. */
    Q_PROPERTY(int sortColumn READ sortColumn WRITE setSortColumn NOTIFY sortColumnChanged FINAL)
    /*! In which direction. Rows that are equal stand in the order of their arrival, in both. */
    Q_PROPERTY(Qt::SortOrder sortOrder READ sortOrder WRITE setSortOrder NOTIFY sortOrderChanged FINAL)
    /*! What is compared: Qt::DisplayRole, by default, of the column, or another role. */
    Q_PROPERTY(int sortRole READ sortRole WRITE setSortRole NOTIFY sortRoleChanged FINAL)
    /*!
        If true, each event is a list of all rows there are: a QVariantList, or a QList or std::vector of a type that Qt knows, as it knows a Q_GADGET
        and what Q_DECLARE_METATYPE declares. With a
        key, rows that stay are changed in place, new ones come at the end; without, the rows are those of the list, by their places. Only
        the newest event is looked at. It is compared with the one before in a thread of QThreadPool::globalInstance(), unless the key is a
        function; there, too, rows and lists that it has replaced are destroyed, unless they are few or the pool is busy. Rows of a type without == count as changed. Of rows with one key the last one counts, others as \c lost; so do, in each
        event, rows without the key and those for which there is no room.
    */
    Q_PROPERTY(bool snapshot READ isSnapshot WRITE setSnapshot NOTIFY snapshotChanged FINAL)
    /*! The number of rows that are shown. */
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    /*! How many events never became a row: too many came at once, or there was no room for their key. */
    Q_PROPERTY(double lost READ lostNumber NOTIFY lostChanged FINAL)
    /*! How many events came since the registry was set, or clear() was called, including lost ones. */
    Q_PROPERTY(double received READ receivedNumber NOTIFY receivedChanged FINAL)

public:
    /*! The model is empty until it has a registry. */
    explicit EventModel(QObject *parent = nullptr);
    ~EventModel() override;

    //! \cond The properties say it.
    RegistryObject *registry() const;
    void setRegistry(SignalBox::RegistryObject *registry, SourceLocation location = SourceLocation::current());
    template <class Registry, std::enable_if_t<std::is_same_v<Registry, AsyncRegistry<void>>, int> = 0>
    void setRegistry(Registry *)
    {
        static_assert(!std::is_same_v<Registry, AsyncRegistry<void>>, "EventModel: events without data have no columns");
    }
    QStringList columns() const;
    void setColumns(const QStringList &names);
    QString key() const;
    void setKey(const QString &member);
    int capacity() const;
    void setCapacity(int rows);
    int interval() const;
    void setInterval(int milliseconds);
    bool isPaused() const;
    void setPaused(bool paused);
    QString removes() const;
    void setRemovesMember(const QString &member);
    int sortColumn() const;
    void setSortColumn(int column);
    Qt::SortOrder sortOrder() const;
    void setSortOrder(Qt::SortOrder order);
    int sortRole() const;
    void setSortRole(int role);
    bool isSnapshot() const;
    void setSnapshot(bool isSnapshot);
    int count() const;
    quint64 lost() const;
    quint64 received() const;
    //! \endcond

    /*!
        Adds a column that shows the results of \a function, a callable or member pointer on `const E &`, for events of type E, also for
        those in a QVariant. It is called on the model's thread, whenever a view asks. If the column exists, the function is
        added to it for events of another type. The name may also be used as the \c key. A pointer to a member is then read on the threads
        that post, and only the newest event of each key waits. Another function is called on the model's thread, and up to a million events
        wait for that.
    */
    template <class E, class F>
        requires std::is_invocable_v<const std::decay_t<F> &, const E &>
    void addColumn(QAnyStringView name, F &&function)
    {
        if (detail::isNullFunction(function))
            refuse("EventModel::addColumn()", "the function is null");
        else
            addReader(name.toString(), detail::makeEventReader<E>(std::forward<F>(function)));
    }

    /*!
        Gives a column another role: colours, icons, tool tips, alignment, check states. \a function is as for addColumn(), and is asked for
        \a role. \a column may be added or found later. The role also has a name in QML: foreground, background, textAlignment and so on.
        A role above Qt::UserRole is refused: these are the columns'.
    */
    template <class E, class F>
        requires std::is_invocable_v<const std::decay_t<F> &, const E &>
    void addRole(QAnyStringView column, Qt::ItemDataRole role, F &&function)
    {
        if (detail::isNullFunction(function))
            refuse("EventModel::addRole()", "the function is null");
        else
            addRoleReader(column.toString(), role, detail::makeEventReader<E>(std::forward<F>(function)));
    }

    /*!
        With a key: an event for which \a predicate is true removes the row of its key, if there is one, and is no row. It is asked once for each
        event that reaches the model's thread; events of other types than E remove nothing. A row that is removed and comes again within an
        interval stays.
    */
    template <class E, class F>
        requires std::is_invocable_r_v<bool, const std::decay_t<F> &, const E &>
    void setRemoves(F &&predicate)
    {
        if (detail::isNullFunction(predicate))
            refuse("EventModel::setRemoves()", "the predicate is null");
        else
            setRemovesPredicate(detail::makeEventPredicate<E>(std::forward<F>(predicate)), QString());
    }

    /*!
        Shows only rows for whose events \a predicate is true; events of other types than E are shown. It is asked once for each event that
        becomes or changes a row, and now for all. Rows that are not shown count for \c capacity, change, and appear when they pass, or when
        the filter changes.
    */
    template <class E, class F>
        requires std::is_invocable_r_v<bool, const std::decay_t<F> &, const E &>
    void setFilter(F &&predicate)
    {
        if (detail::isNullFunction(predicate))
            refuse("EventModel::setFilter()", "the predicate is null");
        else
            setFilterPredicate(detail::makeEventPredicate<E>(std::forward<F>(predicate)));
    }
    /*! Shows all rows. */
    void clearFilter();
    /*! Asks the filter again for all rows: what it depends on has changed. */
    Q_INVOKABLE void refilter();

    /*!
        With a key: an event is taken into the row of its key by \a merge, a callable on `(E &kept, E &&newer)`, and does not replace it: counts,
        sums, rates. If the key is a member, it also merges what waits, on the threads that post, on several at once for different
        keys, as with Backlog::mergedBy(). The registry's events are of type E, which can be copied and has a default constructor. An event for which it throws is a
        failure of the model's handler, or counts as \c lost, and the row keeps what it had. What waits is dropped. Snapshots are not merged.
    */
    template <class E, class F>
        requires std::is_invocable_v<const std::decay_t<F> &, E &, E &&>
    void setMerge(F &&merge)
    {
        static_assert(std::is_copy_constructible_v<E> && std::is_default_constructible_v<E>,
                      "EventModel::setMerge(): events that are merged can be copied, and have a default constructor");
        if (detail::isNullFunction(merge))
            refuse("EventModel::setMerge()", "the merge is null");
        else
            setMergeFunction(detail::makeEventMerge<E>(std::decay_t<F>(std::forward<F>(merge))));
    }

    /*! The event of a row; null: it is of another type, or there is no such row. It stays until the event loop turns, or the model changes. */
    template <class E>
    const E *eventAt(int row) const
    {
        const std::pair<detail::Event::Content, const detail::Event *> event = eventOf(row);
        return event.first.value || event.second ? detail::eventValue<E>(event.first, event.second) : nullptr;
    }

    /*! Removes all rows and the events that wait to be shown, and sets the numbers to 0. */
    Q_INVOKABLE void clear();

    /*! The role of a column, for data() and QSortFilterProxyModel::setSortRole(); -1 if there is none of that name. */
    Q_INVOKABLE int role(const QString &column) const;
    /*! The value of a column in a row, as data(); invalid if there is none. */
    Q_INVOKABLE QVariant value(int row, const QString &column) const;

    /*! \name For views */
    //!@{
    /*! As QAbstractTableModel says. */
    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    int columnCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;
    /*! Sets \c sortColumn and \c sortOrder, as the headers of views do. -1: the order of arrival. */
    Q_INVOKABLE void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    //!@}

    //! \cond For layers above
    // What changes the model is refused, with a warning, in functions that it calls for its events, and while views are told of a change.
    bool mayChange() const;
    bool setFilterPredicate(detail::EventPredicate predicate);
    bool setMergeFunction(detail::EventMerge merge);
    // For events of any type, it takes the place of another such one.
    bool addRoleReader(const QString &column, int role, detail::EventReader reader);
    std::pair<detail::Event::Content, const detail::Event *> eventOf(int row) const;
    //! \endcond

Q_SIGNALS:
    //! \cond The properties say it.
    void registryChanged();
    void columnsChanged();
    void keyChanged();
    void capacityChanged();
    void intervalChanged();
    void pausedChanged();
    void removesChanged();
    void sortColumnChanged();
    void sortOrderChanged();
    void sortRoleChanged();
    void snapshotChanged();
    void countChanged();
    void lostChanged();
    void receivedChanged();
    //! \endcond

private:
    class Private;

    // QML has no other number of that size.
    double lostNumber() const { return static_cast<double>(lost()); }
    double receivedNumber() const { return static_cast<double>(received()); }

    // Who writes the property is not known.
    void setRegistryProperty(SignalBox::RegistryObject *registry) { setRegistry(registry, SourceLocation()); }

    static void refuse(const char *caller, const char *problem);
    void addReader(const QString &name, detail::EventReader reader);
    void setRemovesPredicate(detail::EventPredicate predicate, const QString &member);

    const std::shared_ptr<Private> d; // which outlives the model in calls of its own
};

} // namespace SignalBox
