// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <unordered_map>
#include <utility>

// The mailboxes of all threads of the process.

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: threads and statics may still let go of their mailboxes then.
struct Mailboxes
{
    std::mutex mutex; // never held while foreign code runs, nor while something of Qt is called
    std::unordered_map<const QThread *, std::shared_ptr<ThreadMailbox>> byThread;

    static Mailboxes &instance()
    {
        static auto *const mailboxes = new Mailboxes;
        return *mailboxes;
    }

    std::shared_ptr<ThreadMailbox> find(const QThread *thread)
    {
        const std::lock_guard lock(mutex);
        const auto place = byThread.find(thread);
        return place == byThread.end() ? nullptr : place->second;
    }

    // Null, or the mailbox that is there.
    std::shared_ptr<ThreadMailbox> add(const QThread *thread, const std::shared_ptr<ThreadMailbox> &mailbox)
    {
        const std::lock_guard lock(mutex);
        const auto [place, isNew] = byThread.emplace(thread, mailbox);
        return isNew ? nullptr : place->second;
    }
};

// The application's thread usually goes on after its application object, but nothing is delivered there any more.
void closeForApplication()
{
    if (const auto mailbox = Mailboxes::instance().find(QThread::currentThread()))
        mailbox->close(ThreadRun::Phase::Closed);
}

// When an application object has been made: each time, and each time for one only.
void openForApplication()
{
    if (const auto mailbox = Mailboxes::instance().find(QThread::currentThread()))
        mailbox->open();
    // While there was no application, Qt threw away the calls that other threads' event loops got to.
    for (const auto &mailbox : ThreadMailbox::all())
        mailbox->callAgain();
    qAddPostRoutine(closeForApplication);
}
Q_COREAPP_STARTUP_FUNCTION(openForApplication)

} // namespace

std::vector<std::shared_ptr<ThreadMailbox>> ThreadMailbox::all()
{
    Mailboxes &mailboxes = Mailboxes::instance();
    std::vector<std::shared_ptr<ThreadMailbox>> result;
    const std::lock_guard lock(mailboxes.mutex);
    for (const auto &[thread, mailbox] : mailboxes.byThread)
        result.push_back(mailbox);
    return result;
}

void ThreadMailbox::removeFromTable(const QThread *thread, const ThreadMailbox &mailbox) noexcept
{
    Mailboxes &mailboxes = Mailboxes::instance();
    std::shared_ptr<ThreadMailbox> removed; // ends without the mutex
    const std::lock_guard lock(mailboxes.mutex);
    const auto place = mailboxes.byThread.find(thread);
    if (place == mailboxes.byThread.end() || place->second.get() != &mailbox)
        return;
    removed = std::move(place->second);
    mailboxes.byThread.erase(place);
}

std::shared_ptr<Mailbox> Mailbox::find(const QThread *thread)
{
    return Mailboxes::instance().find(thread);
}

// What the program does in connectNotify() of the thread may come back to here.
std::shared_ptr<Mailbox> Mailbox::of(QThread *thread)
{
    Mailboxes &mailboxes = Mailboxes::instance();
    if (std::shared_ptr<ThreadMailbox> known = mailboxes.find(thread)) {
        known->lookForStart(*thread);
        return known;
    }
    const auto made = std::make_shared<ThreadMailbox>(thread);
    if (std::shared_ptr<ThreadMailbox> faster = mailboxes.add(thread, made))
        return faster;
    try {
        made->connectTo(thread);
    } catch (...) {
        ThreadMailbox::removeFromTable(thread, *made);
        throw;
    }
    return made;
}

} // namespace SignalBox::detail
