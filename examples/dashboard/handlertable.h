// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/RegistryObject>

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qelapsedtimer.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtQml/qqmlregistration.h>

#include <atomic>
#include <map>

// The handlers of a registry in the order of their calls, with what the dashboard knows of each by its name.
class HandlerTable : public QAbstractListModel
{
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("The dashboard has one")

public:
    enum Role { Name = Qt::UserRole, Priority, Place, Calls, Rate, Share };

    explicit HandlerTable(SignalBox::RegistryObject *registry, QObject *parent = nullptr);

    // Names have to be declared before the handler is called; its counter may then be used by any thread.
    std::atomic<quint64> &declare(const QString &name, const QString &place);
    // Null if the name is not declared.
    std::atomic<quint64> *counter(const QString &name);
    QString place(const QString &name) const;
    quint64 calls(const QString &name) const;

    // Computes the rates anew, over the time since the last call.
    void updateRates();

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

private:
    struct Known
    {
        QString place;
        std::atomic<quint64> calls = 0;
        quint64 callsBefore = 0;
        double rate = 0; // calls per second
    };
    struct Row
    {
        QString name;
        int priority;
    };

    void reload();

    SignalBox::RegistryObject *const m_registry;
    std::map<QString, Known> m_known;
    QList<Row> m_rows;
    double m_highestRate = 0;
    QElapsedTimer m_sinceRates;
};
