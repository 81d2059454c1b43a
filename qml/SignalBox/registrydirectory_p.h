// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <mutex>
#include <vector>

QT_BEGIN_NAMESPACE
class QQmlEngine;
QT_END_NAMESPACE

namespace SignalBox {
class RegistryObject;
}

namespace SignalBox::detail {

/*!
    The registries of the process that have a name, so that QML can look for one. Thread-safe: each registry enters, renames and
    leaves on its own thread.
*/
class RegistryDirectory
{
public:
    static RegistryDirectory &instance();

    /*! Empty: leaves. */
    void setName(RegistryObject *registry, const QString &name);
    void remove(RegistryObject *registry) noexcept;

    /*!
        The registry that took \a name last, or null, of those that live on the calling thread, where they cannot die
        meanwhile, and belong to \a engine or to no engine.
    */
    RegistryObject *find(const QString &name, const QQmlEngine *engine) const;

private:
    struct Entry
    {
        RegistryObject *registry;
        QString name;
    };

    mutable std::mutex m_mutex; // guards the rest
    std::vector<Entry> m_entries; // in the order in which they took their names
};

} // namespace SignalBox::detail
