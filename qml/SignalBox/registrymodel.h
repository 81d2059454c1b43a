// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handlerid.h>
#endif
#include <SignalBox/qml/qml_export.h>
#include <SignalBox/qt/asynchandlerinfo.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlregistration.h>

#include <memory>
#include <optional>
#include <vector>

namespace SignalBox {

namespace detail {
class StatisticsRequest;
}

/*!
    \qmltype RegistryModel
    \brief The handlers of a registry as a list model, in the order in which they are called.

    \qml
    ListView {
        model: RegistryModel { id: handlers; registry: bus }
        delegate: Text {
            required property int index
            required property string name
            required property int priority
            required property real calls
            text: `${priority} ${name}: ${calls} calls`
            TapHandler { onTapped: handlers.setEnabled(parent.index, false) }
        }
    }
    \endqml

    Roles: \c handlerId, \c name, \c priority, \c thread (empty for handlers that run inline), \c enabled, \c calls, \c failures,
    \c drops, \c merges, \c meanTime (of a call, in milliseconds) and \c lastError. Of these \c enabled and \c priority can be
    written.

    The model has the registry count, as setStatisticsEnabled() would, while it exists. Rows that come, go or move are told at
    once; numbers a few times a second, and only those that have changed. A registry at rest costs nothing. Engine's thread only.
*/
class SIGNALBOX_QML_EXPORT RegistryModel : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT

    /*! A QmlRegistry, or any AsyncRegistry that C++ provides. */
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry WRITE setRegistry NOTIFY registryChanged FINAL)
    /*! Rows. */
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role {
        HandlerIdRole = Qt::UserRole + 1,
        NameRole,
        PriorityRole,
        ThreadRole,
        EnabledRole,
        CallsRole,
        FailuresRole,
        DropsRole,
        MergesRole,
        MeanTimeRole,
        LastErrorRole,
    };

    explicit RegistryModel(QObject *parent = nullptr);
    ~RegistryModel() override;

    SignalBox::RegistryObject *registry() const;
    void setRegistry(SignalBox::RegistryObject *registry);

    int count() const { return static_cast<int>(m_rows.size()); }

    int rowCount(const QModelIndex &parent = QModelIndex()) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;
    QHash<int, QByteArray> roleNames() const override;

    /*! Pauses or resumes the handler, given as a row or a HandlerId. False if it is not registered any more. */
    Q_INVOKABLE bool setEnabled(const QJSValue &handler, bool enabled);
    /*! The handler becomes the last among its new equals. \a priority is an integer. */
    Q_INVOKABLE bool setPriority(const QJSValue &handler, double priority);

Q_SIGNALS:
    void registryChanged();
    void countChanged();

private:
    void refresh();
    void refreshSoon();
    void endRows(const std::vector<AsyncHandlerInfo> &current);
    void placeRows(const std::vector<AsyncHandlerInfo> &current);
    void updateRows(std::vector<AsyncHandlerInfo> &&current);
    std::optional<HandlerId> readHandler(const char *call, const QJSValue &handler) const;

    QPointer<RegistryObject> m_registry;
    std::unique_ptr<detail::StatisticsRequest> m_statistics;
    std::vector<AsyncHandlerInfo> m_rows;
    QTimer m_timer; // runs while numbers have changed that have not been told
    bool m_isRefreshing = false;
    bool m_isStale = false;
};

} // namespace SignalBox
