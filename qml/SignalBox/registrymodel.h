// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/observing/asynchandlerinfo.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlregistration.h>

#include <memory>
#include <optional>
#include <vector>

namespace SignalBox {

/*!
    \class SignalBox::RegistryModel
    \qmltype RegistryModel
    \brief The handlers of a registry as a list model, in the order in which they are called.

    Roles: \c handlerId, \c name, \c priority, \c threadName (empty for handlers that run inline), \c enabled, \c waiting (events that
    wait for it now), \c calls, \c failures, \c dropped, \c merged, \c meanTime and \c longestTime (of a call, in milliseconds),
    \c lastError and \c registeredAt (as "main.cpp:12" or "Main.qml:12"; of RegistryHandlers as "Main.qml"). Of these \c enabled and \c priority can be
    written.

    If a handler has no name, the role \c name gives the file and line of the call that registered it, in C++ and in JavaScript. For
    RegistryHandlers it gives only the file, as Qt does not tell the line: give them names.

    Numbers start at 0 when the model gets its registry. The model then enables the registry's statistics, as setStatisticsEnabled()
    does. Calls and losses before that are not shown. The exceptions are \c longestTime and \c waiting, which are those of the registry.
    Changes of rows are shown at once; changes of numbers a few times a second.

    \threadsafety Engine's thread only. The handlers may run on any thread.
    \cost Nothing while the registry is not notified and no event waits. Otherwise a copy of its list a few times a second, and the
    cost of statistics.
    \lifetime The registry may be destroyed first. The model is empty then.
    \errors A wrong argument is a TypeError at the caller's line.

    \code{.qml}
    ListView {
        model: RegistryModel { registry: bus }
        delegate: Text {
            id: row
            required property var model
            required property string name
            required property int priority
            required property real calls
            text: `${priority} ${name}: ${calls} calls`
            TapHandler { onTapped: row.model.enabled = !row.model.enabled }
        }
    }
    \endcode
*/
class SIGNALBOX_QML_EXPORT RegistryModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT

    /*! A QmlRegistry, or any AsyncRegistry that C++ provides. */
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry WRITE setRegistry NOTIFY registryChanged FINAL)
    /*! The number of rows. */
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    /*! The roles of data(), as roleNames() names them. */
    enum Role {
        HandlerIdRole = Qt::UserRole + 1, //!< "handlerId"
        NameRole, //!< "name"
        PriorityRole, //!< "priority", can be written
        ThreadNameRole, //!< "threadName"
        EnabledRole, //!< "enabled", can be written
        CallsRole, //!< "calls"
        FailuresRole, //!< "failures"
        DroppedRole, //!< "dropped"
        MergedRole, //!< "merged"
        MeanTimeRole, //!< "meanTime"
        LastErrorRole, //!< "lastError"
        LongestTimeRole, //!< "longestTime"
        RegisteredAtRole, //!< "registeredAt"
        WaitingRole, //!< "waiting"
    };

    /*! Empty until it has a registry. */
    explicit RegistryModel(QObject *parent = nullptr);
    /*! Ends the statistics that this model has enabled. */
    ~RegistryModel() override;

    //! \cond The properties say it.
    SignalBox::RegistryObject *registry() const;
    void setRegistry(SignalBox::RegistryObject *registry);

    int count() const { return static_cast<int>(m_rows.size()); }
    //! \endcond

    /*! \name For views */
    //!@{
    /*! As QAbstractListModel says. */
    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QHash<int, QByteArray> roleNames() const override;
    //!@}

    /*! An object with all roles of a handler, such as \c {model.get(0).calls}. \a handler is a row or a HandlerId. A copy. */
    Q_INVOKABLE QVariantMap get(const QJSValue &handler = QJSValue()) const;
    /*! Pauses or resumes a handler. \a handler is a row or a HandlerId. Returns false if it is no longer registered. */
    Q_INVOKABLE bool setEnabled(const QJSValue &handler = QJSValue(), const QJSValue &enabled = QJSValue());
    /*! Moves a handler to \a priority, an integer, behind the handlers that have it already. \a handler is a row or a HandlerId. */
    Q_INVOKABLE bool setPriority(const QJSValue &handler = QJSValue(), const QJSValue &priority = QJSValue());

Q_SIGNALS:
    //! \cond The properties say it.
    void registryChanged();
    void countChanged();
    //! \endcond

private:
    void refresh();
    void refreshSoon();
    std::vector<AsyncHandlerInfo> countedSince() const;
    void endRows(const std::vector<AsyncHandlerInfo> &current);
    void placeRows(const std::vector<AsyncHandlerInfo> &current);
    void updateRows(std::vector<AsyncHandlerInfo> &&current);
    std::optional<HandlerId> readHandler(const char *call, const QJSValue &handler) const;

    QPointer<RegistryObject> m_registry;
    std::shared_ptr<void> m_statistics; // a request for them, while they are shown
    std::vector<AsyncHandlerInfo> m_rows;
    std::vector<AsyncHandlerInfo> m_before; // what had been counted when the registry was set, sorted by id
    QTimer m_timer; // runs while numbers have changed that have not been told
    bool m_isRefreshing = false;
    bool m_isStale = false;
};

} // namespace SignalBox
