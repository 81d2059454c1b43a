// SPDX-License-Identifier: MIT
#include <SignalBox/qt/diagnostics/registrydirectory.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

namespace SignalBox::detail {

// Not destroyed at exit: a registry that is static may still leave then.
RegistryDirectory &RegistryDirectory::instance()
{
    static auto *const directory = new RegistryDirectory;
    return *directory;
}

void RegistryDirectory::setName(QObject *registry, const QString &name)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_entries, [registry](const Entry &entry) { return entry.registry == registry; });
    if (!name.isEmpty())
        m_entries.push_back({registry, name});
}

void RegistryDirectory::remove(QObject *registry) noexcept
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_entries, [registry](const Entry &entry) { return entry.registry == registry; });
}

std::vector<QObject *> RegistryDirectory::find(const QString &name) const
{
    std::vector<QObject *> found;
    const std::lock_guard lock(m_mutex);
    for (auto entry = m_entries.crbegin(); entry != m_entries.crend(); ++entry) {
        if (entry->name == name && entry->registry->thread() == QThread::currentThread())
            found.push_back(entry->registry);
    }
    return found;
}

} // namespace SignalBox::detail
