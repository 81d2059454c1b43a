// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/routes/contextmember.h>

#include <QtCore/qglobal.h>

#include <memory>
#include <mutex>
#include <vector>

QT_BEGIN_NAMESPACE
class QObject;
class QThread;
QT_END_NAMESPACE

namespace SignalBox::detail {

class Mailbox;

/*!
    The context object of handlers, and those handlers. When the object dies, they are unregistered. When it moves to another thread,
    they follow. One for all handlers of an object, process-wide, as long as the object lives.

    Its moves are seen by an Anchor, a child of the object: Qt sends QEvent::ThreadChange to children too, on the thread
    that is left. A call that is posted to the Anchor then arrives on the new thread, wherever that is, and the handlers
    open there. The call is lost if that thread has ended; so the thread that was left also asks the object where it lives, with look().

    The object is touched on its own thread only, but for what is said of `object->thread()`: other threads ask that under the
    mutex, which the object's death has to take. Thread-safe.
*/
class Context : public std::enable_shared_from_this<Context>
{
public:
    /*! Of \a object, which must be alive during the call. Throws std::bad_alloc. */
    static std::shared_ptr<Context> of(QObject *object);

    explicit Context(QObject *object) noexcept : m_object(object) {}
    ~Context();
    Q_DISABLE_COPY_MOVE(Context)

    /*! The object lives. \a expectedAt: the mailbox where it is thought to be; null: \a member does not follow it. Throws
        std::bad_alloc; then remove() has to follow, too. */
    void add(ContextMember &member, const Mailbox *expectedAt);
    void remove(ContextMember &member) noexcept;

    /*! Asks the object where it lives, while handlers wait for it to arrive. If that is a thread that has ended, what they keep is
        dropped, and each has to ask again, as \a asking, when it keeps something. */
    void look(ContextMember *asking = nullptr);
    bool isStranded() const noexcept;

private:
    class Anchor;
    class Arrival;
    class Look;
    class LateLook;
    struct Life;
    struct Stranded;
    // What is to be done without the mutex.
    struct Opening
    {
        OwnedMember member;
        Mailbox *mailbox;
    };

    // On the object's thread.
    void leave();
    void arrive();
    void end(const char *warning) noexcept;
    ContextMembers takeMembers() noexcept;

    void makeMailbox(QThread *thread, std::unique_lock<std::mutex> &lock);
    void awaitVisitors(std::unique_lock<std::mutex> &lock) const;
    void remember(const std::shared_ptr<Mailbox> &mailbox);
    std::vector<Opening> settle(const std::shared_ptr<Mailbox> &mailbox);

    QObject *const m_object;

    mutable std::mutex m_mutex; // guards what follows; never held while foreign code runs
    Anchor *m_anchor = nullptr; // lives on the object's thread
    std::shared_ptr<Mailbox> m_home; // where the object is; null while it moves
    std::vector<std::shared_ptr<Mailbox>> m_mailboxes; // all where it has been, as producers may still read them
    ContextMembers m_waiting; // for arrive(): a call is on its way, or the object is stranded
    ContextMembers m_settled;
    ContextMembers m_unmoved; // those that do not follow
    const Mailbox *m_arrivingAt = nullptr; // an Arrival is on its way there; compared, never dereferenced
    QThread *m_left = nullptr; // the thread that saw it leave last; compared, never dereferenced
    int m_visitors = 0; // other threads that use the object's thread, for which its moves and its end wait
    bool m_isAnchored = false;
    bool m_isStranded = false; // the object waits on a thread that has ended
    bool m_isGone = false;
};

} // namespace SignalBox::detail
