// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <mutex>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    The registries of the process that have a name, so that others can look for one. Thread-safe: each registry enters, renames
    and leaves on its own thread. A registry that never had a name never comes here. Each of these objects is a RegistryObject.
*/
class SIGNALBOX_QT_EXPORT RegistryDirectory
{
public:
    static RegistryDirectory &instance();
    Q_DISABLE_COPY_MOVE(RegistryDirectory)

    /*! Empty: leaves. */
    void setName(QObject *registry, const QString &name);
    void remove(QObject *registry) noexcept;

    /*!
        The registries of that name that live on the calling thread, where they cannot die meanwhile; first the one that took
        it last.
    */
    std::vector<QObject *> find(const QString &name) const;

private:
    struct Entry
    {
        QObject *registry;
        QString name;
    };

    RegistryDirectory() = default;

    mutable std::mutex m_mutex; // guards the rest
    std::vector<Entry> m_entries; // in the order in which they took their names
};

} // namespace SignalBox::detail
