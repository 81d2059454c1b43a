// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtQml/qqmlparserstatus.h>

namespace SignalBox::detail {

/*!
    Tells when the owner of handlers ends: with its Component.destruction or, where it has none, as it is destroyed. Between the
    two a Loader lets time pass, in which a stored function would run with the names of its file undefined.

    One for each owner, its child. It is an object of a QML context, so that it has the Component.destruction of that context without an
    object that asks for it. Engine's thread only.
*/
class OwnerWatch : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)

public:
    static OwnerWatch *of(QObject *owner);

    // For of() and the engine.
    OwnerWatch() = default;
    ~OwnerWatch() override;

    /*! Whether it has ended already, and is only still to be deleted. */
    bool hasEnded() const { return m_hasEnded; }

    /*! Ends with the owner, or before it. */
    class Follower
    {
    public:
        Follower() = default;
        Q_DISABLE_COPY_MOVE(Follower)

    protected:
        ~Follower() { leave(); }
        /*! Once. May delete this. */
        virtual void ownerHasEnded() = 0;

    private:
        friend class OwnerWatch;
        void leave() noexcept;

        Follower *m_next = nullptr;
        Follower **m_link = nullptr; // what points here; null: it follows nobody
    };
    /*! The owner has not ended. */
    void add(Follower &follower) noexcept;

    void classBegin() override {}
    void componentComplete() override;

private Q_SLOTS:
    void end();

private:
    const QObject *m_owner = nullptr;
    Follower *m_followers = nullptr;
    bool m_hasEnded = false;
};

/*!
    Calls a slot of \a object, given by its index, as the component that is being created with it is destroyed: for
    componentComplete().
*/
void connectToDestruction(QObject *object, int slot);

} // namespace SignalBox::detail
