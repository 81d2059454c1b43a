// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

namespace SignalBox::detail {

std::shared_ptr<Mailbox> Mailbox::ofNobody()
{
    class Nobody final : public Mailbox
    {
    public:
        Nobody() : Mailbox(Nesting::Impossible, false) {}
        bool isCurrentThread() const noexcept override { return false; }
        QString name() const override { return {}; }
        void planVisit(std::int64_t, Receiver &receiver) override { receiver.release(1); }
        void forgetVisit(std::int64_t, Receiver &) noexcept override {}

    private:
        void callConsumer() noexcept override {}
    };
    static const auto *const nobody = new std::shared_ptr<Mailbox>(std::make_shared<Nobody>());
    return *nobody;
}

Mailbox::Mailbox(Nesting nesting, bool isOpen)
    : m_wakeUp(isOpen ? WakeUp<DeliveryPlatform>::Idle : WakeUp<DeliveryPlatform>::Closed), m_nesting(nesting)
{
}

bool Mailbox::isOf(const QThread *) const noexcept
{
    return false;
}

Mailbox::~Mailbox()
{
    dropAll();
}

void Mailbox::push(QueueEntry *entry) noexcept
{
    if (m_wakeUp.isClosed()) [[unlikely]]
        lookForStart(); // first: from the append on another thread may find the entry, and drop it
    QueueEntry *const before = m_queue.append(entry);
    if (!m_wakeUp.raise()) {
        Queue::link(before, entry);
        return; // the mailbox may be gone
    }
    // The consumer is called after the link, so that it finds the entry. From the link on the mailbox could end, so it is kept.
    const auto self = weak_from_this().lock();
    Queue::link(before, entry);
    reachConsumer();
}

bool Mailbox::post(std::unique_ptr<Task> task)
{
    if (isClosed())
        return false;
    push(task.release());
    return true;
}

void Mailbox::wake() noexcept
{
    if (m_wakeUp.raise())
        reachConsumer();
}

void Mailbox::reachConsumer() noexcept
{
    if (m_wakeUp.isClosed())
        dropAll();
    else
        callConsumer();
}

// --- the consumer --------------------------------------------------------------------------------

bool Mailbox::hasMore() const noexcept
{
    return m_entry != nullptr || !m_front.isEmpty() || !m_held.isEmpty() || !m_queue.isEmpty();
}

// A receiver that only wants the newest payload gets one in each drain: so its thread sees one per turn of its event
// loop, however fast they come, and producers merge the others undisturbed.
bool Mailbox::holdBack(QueueEntry *entry, Receiver &receiver) noexcept
{
    if (m_nesting == Nesting::Impossible)
        return false;
    // Also of a receiver that may have several until it says otherwise: then it has had one.
    const bool isFirst = std::exchange(receiver.m_visitedIn, m_drain) != m_drain;
    if (isFirst || !receiver.m_wantsOneVisit)
        return false;
    m_held.append(entry);
    return true;
}

QueueEntry *Mailbox::fetch() noexcept
{
    if (m_entry)
        return m_entry;
    if (QueueEntry *entry = m_front.takeFirst())
        return entry;
    return m_queue.pop().node;
}

std::uint64_t Mailbox::waitingCount()
{
    constexpr std::uint64_t most = 65536; // a look at each of them
    std::uint64_t count = m_entry ? m_entry->receivers()->count - m_index : 0;
    const auto add = [&](const QueueEntry &entry) {
        if (&entry != &m_end)
            count += entry.kind() == QueueEntry::Several ? entry.receivers()->count : 1;
        return count < most;
    };
    m_front.visitWhile(add);
    m_held.visitWhile(add);
    m_queue.visitWhile(add);
    return std::min(count, most);
}

// A drain in the trace, and what waits when it begins and ends.
class Mailbox::DrainTrace
{
public:
    explicit DrainTrace(Mailbox &mailbox)
        : m_mailbox(mailbox),
          m_waiting(Tracer::counterName(QStringLiteral("waiting: ") + mailbox.name())),
          m_slice(Tracer::sliceName("drain", QStringLiteral("drain ") + mailbox.name(), {}))
    {
        Tracer::count(m_waiting, m_mailbox.waitingCount());
    }
    ~DrainTrace() { Tracer::count(m_waiting, m_mailbox.waitingCount()); }

private:
    Mailbox &m_mailbox;
    const TraceName m_waiting;
    const TraceSlice m_slice;
};

Mailbox::Ending Mailbox::process(std::int64_t begin, std::int64_t servesRoundsUntil) noexcept
{
    std::optional<DrainTrace> trace;
    if (Tracer::isOn()) [[unlikely]] {
        try {
            trace.emplace(*this);
        } catch (const std::bad_alloc &) {
            // This drain is not in the trace.
        }
    }
    m_front.prepend(std::move(m_held)); // by a drain further out
    ++m_drain;
    Drain drain;
    drain.servesRoundsUntil = servesRoundsUntil;
    DrainClock clock(begin);
    bool isRaised = m_nesting == Nesting::Impossible;
    bool isOver = false;
    while (!isOver && step(drain, isRaised))
        isOver = clock.isOver();
    m_front.prepend(std::move(m_held));
    giveBackServed();
    return isOver || hasMore() ? Ending::Later : Ending::Done;
}

void Mailbox::endTurn() noexcept
{
    m_wakeUp.clear();
    if (!m_queue.isUntouched())
        wake();
}

bool Mailbox::step(Drain &drain, bool &isRaised) noexcept
{
    QueueEntry *const entry = fetch();
    if (entry == nullptr)
        return false;
    Receiver *receiver = nullptr;
    bool isLast = true;
    if (entry->kind() == QueueEntry::Several) {
        ReceiverList *list = entry->receivers();
        if (m_entry == nullptr) {
            m_entry = entry;
            m_index = 0;
        }
        receiver = list->receivers[m_index++];
        isLast = m_index == list->count;
        if (isLast)
            m_entry = nullptr;
    } else if (entry->kind() != QueueEntry::Work) {
        receiver = entry->receiver();
    }
    if (!isRaised && hasMore()) {
        isRaised = true;
        wake();
    }
    if (entry->kind() == QueueEntry::Work) {
        const std::unique_ptr<Task> task(static_cast<Task *>(entry));
        task->run();
    } else if (receiver == nullptr) { // it was forwarded
        if (isLast)
            finish(entry, drain);
    } else if (receiver->hasLeft()) [[unlikely]] {
        forward(*receiver, entry->payload());
        if (isLast)
            finish(entry, drain);
        receiver->release(1);
    } else if (entry->kind() != QueueEntry::Visit || !holdBack(entry, *receiver)) {
        run(*receiver, entry, isLast, drain);
    }
    return true;
}

void Mailbox::run(Receiver &receiver, QueueEntry *entry, bool isLast, Drain &drain) noexcept
{
    receiver.m_running.add(1);
    if (entry->kind() == QueueEntry::Visit) {
        entry->free(drain.freed);
        receiver.visit(*this, drain);
    } else {
        // The payload lives as long as the entry. A nested drain that gets to the entry's end leaves that to us.
        Running running{entry, isLast, m_running};
        m_running = &running;
        receiver.deliver(*entry->payload(), drain);
        m_running = running.outer;
        if (running.isEntryFinished)
            finish(entry, drain);
    }
    receiver.m_running.subtract(1);
    if (receiver.hasLeft()) [[unlikely]] { // it has moved its context, which waits for this call's end
        receiver.release(1);
        return;
    }
    if (receiver.m_delivered.value() == 0) {
        receiver.m_nextServed = m_served;
        m_served = &receiver;
    }
    receiver.m_delivered.add(1);
}

// No further receiver of the entry is run here. One may still be running further out on the stack.
void Mailbox::finish(QueueEntry *entry, Drain &drain) noexcept
{
    for (Running *frame = m_running; frame; frame = frame->outer) {
        if (frame->entry == entry) {
            frame->isEntryFinished = true;
            return;
        }
    }
    entry->free(drain.freed);
}

void Mailbox::giveBackServed() noexcept
{
    for (Receiver *receiver = m_served; receiver; receiver = receiver->m_nextServed)
        receiver->endDrain();
    while (Receiver *receiver = m_served) {
        m_served = receiver->m_nextServed;
        const std::uint64_t delivered = receiver->m_delivered.value();
        receiver->m_delivered.set(0);
        receiver->release(delivered); // and it may be gone
    }
}

// --- a receiver goes to another mailbox ----------------------------------------------------------

void Mailbox::forward(Receiver &receiver, const Payload *payload) noexcept
{
    if (receiver.forward(payload))
        return;
    if (payload) {
        receiver.drop(*payload);
        return;
    }
    EntryList backlog;
    receiver.takeBacklog(backlog);
    receiver.dropBacklog(std::move(backlog));
}

void Mailbox::takeOver(EntryList &&entries) noexcept
{
    {
        // Another thread may just be making this mailbox, and look in reopen() whether something is here. Either it sees these entries, or
        // the wake below finds the mailbox open.
        const std::lock_guard lock(m_dropMutex);
        m_front.prepend(std::move(entries));
    }
    wake();
}

// The entries stay where they are, for their other receivers if they have some; what is forwarded is a copy.
void Mailbox::forwardWaiting() noexcept
{
    giveBackServed();
    const auto forwardFrom = [](QueueEntry &entry, Receiver *&receiver) {
        if (!receiver || !receiver->hasLeft())
            return;
        forward(*receiver, entry.payload());
        std::exchange(receiver, nullptr)->release(1);
    };
    const auto look = [&](QueueEntry &entry, std::uint32_t begin) {
        if (entry.kind() == QueueEntry::Work)
            return;
        if (entry.kind() == QueueEntry::Several) {
            for (std::uint32_t i = begin; i < entry.receivers()->count; ++i)
                forwardFrom(entry, entry.receivers()->receivers[i]);
            return;
        }
        Receiver *receiver = entry.receiver();
        forwardFrom(entry, receiver);
        entry.setReceiver(receiver);
    };
    if (m_entry)
        look(*m_entry, m_index);
    const auto lookAtAll = [&](QueueEntry &entry) { look(entry, 0); };
    m_held.forEach(lookAtAll);
    m_front.forEach(lookAtAll);
    m_queue.forEach(lookAtAll);
}

} // namespace SignalBox::detail
