// SPDX-License-Identifier: MIT
#include "registrydirectory_p.h"

#include <SignalBox/qt/registryobject.h>

#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>

#include <algorithm>

namespace SignalBox::detail {

// Not destroyed at exit: a registry that is static may still leave then.
RegistryDirectory &RegistryDirectory::instance()
{
    static auto *const directory = new RegistryDirectory;
    return *directory;
}

void RegistryDirectory::setName(RegistryObject *registry, const QString &name)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_entries, [registry](const Entry &entry) { return entry.registry == registry; });
    if (!name.isEmpty())
        m_entries.push_back({registry, name});
}

void RegistryDirectory::remove(RegistryObject *registry) noexcept
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_entries, [registry](const Entry &entry) { return entry.registry == registry; });
}

RegistryObject *RegistryDirectory::find(const QString &name, const QQmlEngine *engine) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::find_if(m_entries.crbegin(), m_entries.crend(), [&](const Entry &entry) {
        if (entry.name != name || entry.registry->thread() != QThread::currentThread())
            return false;
        const QQmlEngine *const home = qmlEngine(entry.registry);
        return !home || home == engine;
    });
    return found == m_entries.crend() ? nullptr : found->registry;
}

} // namespace SignalBox::detail
