// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/context_p.h>

#include <SignalBox/core/registry/handlerremoval.h>
#include <SignalBox/qt/delivery/handover_p.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qcoreevent.h>
#include <QtCore/qdebug.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <iterator>
#include <thread>
#include <unordered_map>
#include <utility>

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: statics may still register and die then.
struct Contexts
{
    std::mutex mutex;
    std::unordered_map<const QObject *, std::shared_ptr<Context>> byObject;

    static Contexts &instance()
    {
        static auto *const contexts = new Contexts;
        return *contexts;
    }
};

} // namespace

// A child of the context. It moves with the context, and Qt tells it of each move.
class Context::Anchor final : public QObject
{
public:
    Anchor(QObject *parent, std::shared_ptr<Context> context) : QObject(parent), m_context(std::move(context)) {}
    ~Anchor() override
    {
        m_context->end("A child object of a context, by which its handlers follow it to other threads, was deleted: they have been "
                       "unregistered");
    }

    bool event(QEvent *event) override
    {
        if (event->type() == QEvent::ThreadChange)
            m_context->leave();
        return QObject::event(event);
    }

private:
    const std::shared_ptr<Context> m_context;
};

// Belongs to the object's connection to its own destroyed(). Where that was made from a slot of the signal, it comes too late to be
// called, and ends with the object.
struct Context::Life
{
    explicit Life(std::shared_ptr<Context> itsContext) : context(std::move(itsContext)) {}
    Life(Life &&) noexcept = default;
    ~Life()
    {
        if (context)
            context->end(nullptr);
    }
    void operator()() { context->end(nullptr); }

    std::shared_ptr<Context> context;
};

// On the way to the thread on which the object lives.
class Context::Arrival final : public Task
{
public:
    explicit Arrival(std::shared_ptr<Context> context) : m_context(std::move(context)) {}
    void run() noexcept override { m_context->arrive(); }
    void drop() noexcept override
    {
        m_context->look();
        delete this;
    }

private:
    const std::shared_ptr<Context> m_context;
};

// When the thread that is left gets to it, the object has left.
class Context::Look final : public Task
{
public:
    explicit Look(std::shared_ptr<Context> context) : m_context(std::move(context)) {}
    ~Look() override { m_context->look(); }
    void run() noexcept override {}

private:
    const std::shared_ptr<Context> m_context;
};

// The same where a thread that finishes is left: nothing but Qt's own clearing up comes later than the move.
class Context::LateLook final : public QObject
{
public:
    explicit LateLook(std::shared_ptr<Context> context) : m_context(std::move(context)) {}
    ~LateLook() override { m_context->look(); }

private:
    const std::shared_ptr<Context> m_context;
};

// What a handler keeps for a thread that has ended. Dropped when the mutex is not held.
struct Context::Stranded
{
    explicit Stranded(ContextMember &itsMember) : member(itsMember) { member->takeStranded(kept); }
    Q_DISABLE_COPY_MOVE(Stranded)
    ~Stranded() { member->dropKept(std::move(kept)); }

    const OwnedMember member;
    EntryList kept;
};

std::shared_ptr<Context> Context::of(QObject *object)
{
    std::shared_ptr<Context> context;
    {
        Contexts &contexts = Contexts::instance();
        const std::lock_guard lock(contexts.mutex);
        if (const auto place = contexts.byObject.find(object); place != contexts.byObject.end())
            return place->second;
        context = std::make_shared<Context>(object);
        contexts.byObject.emplace(object, context);
    }
    // Without the mutex: this calls the object's connectNotify(), which may register handlers too. If it throws, the end of the
    // Life takes the context out again.
    QObject::connect(object, &QObject::destroyed, HandOver(Life(context)));
    return context;
}

Context::~Context() = default;

void Context::add(ContextMember &member, const Mailbox *expectedAt)
{
    QThread *const here = QThread::currentThread();
    bool isHere = false;
    bool isExpected = false;
    bool isAnchored = false;
    std::vector<Opening> openings;
    {
        const std::lock_guard lock(m_mutex);
        ContextMembers &list = expectedAt ? m_waiting : m_unmoved;
        list.push_back(&member);
        member.m_list = &list;
        member.m_place = std::prev(list.end());
        if (!expectedAt)
            return;
        isAnchored = m_isAnchored;
        isHere = m_object->thread() == here && m_left != here; // and not within Qt's call that moves it
        if (isHere && m_home && m_home->isCurrentThread()) {
            openings = settle(m_home);
            isExpected = true;
        } else {
            isExpected = !isHere && m_arrivingAt == expectedAt;
        }
    }
    for (const Opening &opening : openings)
        opening.member->openAt(*opening.mailbox);
    if (isExpected)
        return;
    if (isHere) {
        arrive();
        return;
    }
    if (!isAnchored)
        postCall(m_object, [self = shared_from_this()] { self->arrive(); });
    look();
}

void Context::remove(ContextMember &member) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (ContextMembers *const list = std::exchange(member.m_list, nullptr))
        list->erase(member.m_place);
}

bool Context::isStranded() const noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_isStranded;
}

void Context::remember(const std::shared_ptr<Mailbox> &mailbox)
{
    if (std::find(m_mailboxes.begin(), m_mailboxes.end(), mailbox) == m_mailboxes.end())
        m_mailboxes.push_back(mailbox);
}

// Under the mutex: so no move comes between this and another one.
std::vector<Context::Opening> Context::settle(const std::shared_ptr<Mailbox> &mailbox)
{
    std::vector<Opening> openings;
    openings.reserve(m_waiting.size());
    for (ContextMember *member : m_waiting) {
        member->m_list = &m_settled;
        Mailbox *opensAt = nullptr;
        member->arriveAt(*mailbox, opensAt);
        if (opensAt)
            openings.push_back({OwnedMember(*member), opensAt});
    }
    m_settled.splice(m_settled.end(), m_waiting);
    return openings;
}

// Without the mutex, as this calls connectNotify() of the thread. The object, if of another thread, waits with its next move and its end
// until this is over, so its thread is there.
void Context::makeMailbox(QThread *thread, std::unique_lock<std::mutex> &lock)
{
    const bool isElsewhere = thread != QThread::currentThread();
    m_visitors += isElsewhere;
    lock.unlock();
    const auto leave = qScopeGuard([&] {
        lock.lock();
        m_visitors -= isElsewhere;
    });
    Mailbox::of(thread);
}

void Context::awaitVisitors(std::unique_lock<std::mutex> &lock) const
{
    while (m_visitors != 0) {
        lock.unlock();
        std::this_thread::yield();
        lock.lock();
    }
}

void Context::leave()
{
    std::shared_ptr<Mailbox> left;
    {
        std::unique_lock lock(m_mutex);
        awaitVisitors(lock);
        if (m_isGone)
            return;
        left = std::exchange(m_home, nullptr);
        m_left = QThread::currentThread();
        m_isStranded = false;
        const bool isMine = left && left->isDrainedHere();
        m_waiting.splice(m_waiting.end(), m_settled);
        if (m_waiting.empty())
            return;
        for (ContextMember *member : m_waiting) {
            member->m_list = &m_waiting;
            member->depart(isMine ? left.get() : nullptr);
        }
    }
    if (left && left->isDrainedHere())
        left->forwardWaiting();
    const auto self = shared_from_this();
    postCall(m_anchor, [self] { self->arrive(); });
    if (!Mailbox::of(QThread::currentThread())->post(std::make_unique<Look>(self)))
        (new LateLook(self))->deleteLater();
}

void Context::arrive()
{
    QThread *const here = QThread::currentThread();
    const std::shared_ptr<Mailbox> mailbox = Mailbox::of(here);
    bool isHere = false;
    bool isAnchored = true;
    {
        const std::lock_guard lock(m_mutex);
        if (m_isGone)
            return;
        m_arrivingAt = nullptr;
        isHere = m_object->thread() == here;
        if (isHere)
            isAnchored = std::exchange(m_isAnchored, true);
    }
    if (!isHere) {
        look();
        return;
    }
    awaitMove(m_object);
    // Only this thread could move the object now, or destroy it.
    if (!isAnchored) {
        try {
            m_anchor = new Anchor(m_object, shared_from_this());
        } catch (...) { // a registration fails
            const std::lock_guard lock(m_mutex);
            m_isAnchored = false;
            throw;
        }
    }
    std::vector<Opening> openings;
    {
        const std::lock_guard lock(m_mutex);
        m_isStranded = false;
        m_home = mailbox;
        remember(mailbox);
        openings = settle(mailbox);
    }
    for (const Opening &opening : openings)
        opening.member->openAt(*opening.mailbox);
}

void Context::look(ContextMember *asking)
{
    for (;;) {
        auto arrival = std::make_unique<Arrival>(shared_from_this());
        std::shared_ptr<Mailbox> home;
        std::list<Stranded> stranded;
        bool isStrandedHere = false;
        {
            std::unique_lock lock(m_mutex);
            m_arrivingAt = nullptr;
            if (m_isGone || m_waiting.empty())
                return;
            QThread *const thread = m_object->thread();
            home = thread ? Mailbox::find(thread) : Mailbox::ofNobody();
            if (!home) {
                makeMailbox(thread, lock);
                continue; // the object may have moved
            }
            isStrandedHere = home->isClosed();
            if (isStrandedHere) {
                // Taken under the mutex: what is kept after a later move belongs to the thread that the object moves to.
                if (!std::exchange(m_isStranded, true)) {
                    for (ContextMember *member : m_waiting)
                        stranded.emplace_back(*member);
                } else if (asking && asking->m_list == &m_waiting) {
                    stranded.emplace_back(*asking);
                }
            } else {
                m_isStranded = false;
                m_arrivingAt = home.get();
            }
        }
        if (isStrandedHere || home->post(std::move(arrival)))
            return; // `stranded` drops
    }
}

void Context::end(const char *warning) noexcept
{
    {
        std::unique_lock lock(m_mutex);
        if (std::exchange(m_isGone, true))
            return;
        awaitVisitors(lock);
        m_home = nullptr;
    }
    {
        Contexts &contexts = Contexts::instance();
        const std::lock_guard lock(contexts.mutex);
        const auto place = contexts.byObject.find(m_object);
        if (place != contexts.byObject.end() && place->second.get() == this)
            contexts.byObject.erase(place);
    }
    for (bool isFirst = true;; isFirst = false) {
        const ContextMembers members = takeMembers();
        if (members.empty())
            return;
        if (warning && isFirst)
            qCWarning(loggingCategory, "%s", warning);
        HandlerRemoval removal;
        for (const ContextMember *member : members) {
            if (!removal.add(member->handler()))
                member->handler().unregisterAndWait(); // it is unregistered already: waits only
        }
        removal.finishAndWait();
        for (ContextMember *member : members)
            member->dropOwner();
    }
}

// Each with an owner.
ContextMembers Context::takeMembers() noexcept
{
    ContextMembers taken;
    const std::lock_guard lock(m_mutex);
    for (ContextMembers *list : {&m_unmoved, &m_settled, &m_waiting})
        taken.splice(taken.end(), *list);
    for (ContextMember *member : taken) {
        member->m_list = nullptr;
        member->addOwner();
    }
    return taken;
}

} // namespace SignalBox::detail
