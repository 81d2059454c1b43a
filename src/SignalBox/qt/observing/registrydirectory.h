// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/qt_export.h>

#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <mutex>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    The registries of the process that have a name, so that others can look for one. Thread-safe: each registry enters, renames
    and leaves on its own thread. A registry that never had a name never comes here. Each of these objects is a RegistryObject.
*/
class SIGNALBOX_QT_EXPORT RegistryDirectory
{
public:
    /*! Follows the registries of one name on its own thread. */
    class SIGNALBOX_QT_EXPORT Follower
    {
    public:
        /*! A registry of that name has come, or has gone and is no longer found. Called on the thread that called follow(). */
        virtual void namedRegistriesChanged() = 0;

    protected:
        ~Follower() = default;
    };

    static RegistryDirectory &instance();
    Q_DISABLE_COPY_MOVE(RegistryDirectory)

    /*! Enters a registry, or changes its name. An empty name removes it. */
    void setName(QObject *registry, const QString &name);
    void remove(QObject *registry) noexcept;

    /*!
        The registries of that name that live on the calling thread, where they cannot die meanwhile; first the one that took
        it last.
    */
    std::vector<QObject *> find(const QString &name) const;

    /*! Tells \a follower from here on, until unfollow(), which is called on the same thread. A follower has one name at a time. */
    void follow(Follower *follower, const QString &name);
    void unfollow(const Follower *follower) noexcept;

private:
    struct Entry
    {
        QObject *registry;
        QString name;
    };

    struct Following
    {
        Follower *follower;
        const QThread *thread;
        QString name;
    };

    RegistryDirectory() = default;

    // Returns the name it had.
    QString leave(const QObject *registry) noexcept;
    // Of a name, empty perhaps, that was taken or given up on this thread. Without the mutex, as followers may change anything.
    void tell(const QString &name);

    mutable std::mutex m_mutex; // guards the rest
    std::vector<Entry> m_entries; // in the order in which they took their names
    std::vector<Following> m_followings;
};

} // namespace SignalBox::detail
