// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/registrydirectory.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <new>
#include <utility>

namespace SignalBox::detail {

// Not destroyed at exit: a registry that is static may still leave then.
RegistryDirectory &RegistryDirectory::instance()
{
    static auto *const directory = new RegistryDirectory;
    return *directory;
}

void RegistryDirectory::setName(QObject *registry, const QString &name)
{
    const QString before = leave(registry);
    if (!name.isEmpty()) {
        const std::lock_guard lock(m_mutex);
        m_entries.push_back({registry, name});
    }
    tell(before);
    tell(name);
}

void RegistryDirectory::remove(QObject *registry) noexcept
{
    try {
        tell(leave(registry));
    } catch (const std::bad_alloc &) {
        // Followers keep the null that is left to them.
    }
}

QString RegistryDirectory::leave(const QObject *registry) noexcept
{
    QString name;
    const std::lock_guard lock(m_mutex);
    const auto place = std::find_if(m_entries.begin(), m_entries.end(), [registry](const Entry &entry) { return entry.registry == registry; });
    if (place != m_entries.end()) {
        name = std::move(place->name);
        m_entries.erase(place);
    }
    return name;
}

void RegistryDirectory::follow(Follower *follower, const QString &name)
{
    const std::lock_guard lock(m_mutex);
    m_followings.push_back({follower, QThread::currentThread(), name});
}

void RegistryDirectory::unfollow(const Follower *follower) noexcept
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_followings, [follower](const Following &following) { return following.follower == follower; });
}

void RegistryDirectory::tell(const QString &name)
{
    if (name.isEmpty())
        return;
    const auto isTold = [&name](const Following &following) {
        return following.name == name && following.thread == QThread::currentThread();
    };
    std::vector<Follower *> followers;
    {
        const std::lock_guard lock(m_mutex);
        for (const Following &following : m_followings) {
            if (isTold(following))
                followers.push_back(following.follower);
        }
    }
    // One may be gone after the call of another. One that has come meanwhile has looked itself.
    const auto isThere = [&](const Follower *follower) {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_followings.cbegin(), m_followings.cend(),
                           [&](const Following &following) { return following.follower == follower && isTold(following); });
    };
    for (Follower *follower : followers) {
        if (isThere(follower))
            follower->namedRegistriesChanged();
    }
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
