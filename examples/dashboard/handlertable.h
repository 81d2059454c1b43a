// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/RegistryObject>
#endif

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qhash.h>
#include <QtCore/qpointer.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlregistration.h>

#include <vector>

// The handlers of a registry in the order of their calls.
class HandlerTable : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(SignalBox::RegistryObject *registry READ registry WRITE setRegistry NOTIFY registryChanged FINAL)

public:
    enum Role { Id = Qt::UserRole, Name, Priority, Thread, Enabled, Calls, Failures, Drops, Merges, MeanTime, LastError };

    explicit HandlerTable(QObject *parent = nullptr);

    SignalBox::RegistryObject *registry() const { return m_registry; }
    void setRegistry(SignalBox::RegistryObject *registry);

    Q_INVOKABLE bool setEnabled(int row, bool enabled);
    Q_INVOKABLE bool setPriority(int row, int priority);

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void registryChanged();

private:
    void refresh();

    QPointer<SignalBox::RegistryObject> m_registry;
    std::vector<SignalBox::AsyncHandlerInfo> m_rows;
    QHash<SignalBox::HandlerId, QString> m_errors;
    QTimer m_timer;
};
