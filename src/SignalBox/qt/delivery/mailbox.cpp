// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/handlers/route.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

SeparateEntry *makeSeparateEntry(QueueEntry::Kind kind, const Event *event)
{
    const EventMemory::Block block = EventMemory::allocate(sizeof(SeparateEntry));
    auto *entry = ::new (block.memory) SeparateEntry;
    entry->target = kind | QueueEntry::Separate;
    entry->event = event;
    entry->offset = block.offset;
    return entry;
}

} // namespace

std::shared_ptr<Mailbox> Mailbox::ofNobody()
{
    class Nobody final : public Mailbox
    {
    public:
        Nobody() : Mailbox(Nesting::Impossible, false) {}
        bool isCurrentThread() const noexcept override { return false; }
        QString name() const override { return {}; }
        void visitAt(std::int64_t, Lane &lane) override { lane.release(1); }
        void forgetVisit(Lane &) noexcept override {}

    private:
        void callConsumer() noexcept override {}
    };
    static const auto *const nobody = new std::shared_ptr<Mailbox>(std::make_shared<Nobody>());
    return *nobody;
}

QueueEntry *makeEntry(QueueEntry::Kind kind, Lane &lane, const Event *event)
{
    QueueEntry *entry = makeSeparateEntry(kind, event);
    entry->setLane(&lane);
    return entry;
}

QueueEntry *makeItem(const Event &event)
{
    return makeSeparateEntry(QueueEntry::Handler, &event);
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
    QueueEntry *const before = m_queue.append(entry);
    if (!m_wakeUp.raise()) {
        Queue::link(before, entry);
        return; // the mailbox may be gone
    }
    // Calling the consumer comes after the link, since who is called should find the entry: so the mailbox is kept.
    const auto self = weak_from_this().lock();
    Queue::link(before, entry);
    reachConsumer();
}

void Mailbox::append(EntryList &&entries) noexcept
{
    while (QueueEntry *entry = entries.takeFirst())
        Queue::link(m_queue.append(entry), entry);
}

bool Mailbox::post(std::unique_ptr<Task> task)
{
    if (m_wakeUp.isClosed())
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

// A handler that only wants the newest event gets one in each drain: so its thread sees one event per turn of its event
// loop, however fast they come, and producers merge the others undisturbed.
bool Mailbox::holdBack(QueueEntry *entry, Lane &lane) noexcept
{
    if (m_nesting == Nesting::Impossible || !lane.route().isMerging())
        return false;
    if (std::exchange(lane.m_visitedIn, m_drain) != m_drain)
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

Mailbox::Ending Mailbox::process(std::int64_t begin) noexcept
{
    // A handler further out is running, and its event may be finished here.
    if (m_running && !m_running->isRetained) {
        m_running->event->addReference();
        m_running->isRetained = true;
    }
    m_front.prepend(std::move(m_held)); // by a drain further out
    ++m_depth;
    ++m_drain;
    Drain drain;
    DrainClock clock(begin);
    bool isRaised = m_nesting == Nesting::Impossible;
    bool isOver = false;
    while (!isOver && step(drain, isRaised))
        isOver = clock.isOver();
    m_front.prepend(std::move(m_held));
    for (Lane *lane = m_touched; lane; lane = lane->m_nextTouched) {
        if (lane->route().hasLag()) [[unlikely]]
            lane->route().tellLag();
    }
    if (--m_depth == 0)
        settleTouched();
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
    Lane *lane = nullptr;
    QueueEntry *finished = entry;
    if (entry->kind() == QueueEntry::Handlers) {
        LaneList *list = entry->lanes();
        if (m_entry == nullptr) {
            m_entry = entry;
            m_index = 0;
        }
        lane = list->lanes[m_index++];
        if (m_index == list->count)
            m_entry = nullptr;
        else
            finished = nullptr;
    } else if (entry->kind() != QueueEntry::Work) {
        lane = entry->lane();
    }
    if (!isRaised && hasMore()) {
        isRaised = true;
        wake();
    }
    if (entry->kind() == QueueEntry::Work) {
        const std::unique_ptr<Task> task(static_cast<Task *>(entry));
        task->run();
        return true;
    }
    if (lane == nullptr) { // it was taken out
        if (finished)
            freeEntry(finished, drain.freed);
        return true;
    }
    if (lane->isProvisional() && !lane->route().mayDeliverHere(*lane, entry)) [[unlikely]] {
        if (finished)
            freeEntry(finished, drain.freed);
        return true;
    }
    if (lane->next()) [[unlikely]] {
        forward(*lane, entry->kind() == QueueEntry::Visit ? nullptr : Event::of(entry));
        if (finished)
            freeEntry(finished, drain.freed);
        return true;
    }
    if (entry->kind() == QueueEntry::Visit && holdBack(entry, *lane))
        return true;
    touch(*lane);
    if (entry->kind() == QueueEntry::Visit) {
        freeEntry(entry, drain.freed);
        visit(*lane, drain);
    } else {
        deliver(*lane, *entry, finished, drain);
    }
    if (lane->next()) [[unlikely]] // the handler has moved its context, which waits for this call's end
        settle(*lane);
    return true;
}

void Mailbox::freeEntry(QueueEntry *entry, FreedBlocks &freed) noexcept
{
    const Event *event = entry->kind() == QueueEntry::Visit ? nullptr : Event::of(entry);
    if (entry->kind() == QueueEntry::Handlers)
        freed.add(entry->lanes(), entry->lanes()->offset);
    if (entry->isSeparate())
        freed.add(entry, static_cast<SeparateEntry *>(entry)->offset);
    if (event)
        event->dropReference(freed); // and with it the entry in front of it
}

void Mailbox::deliver(Lane &lane, const QueueEntry &entry, QueueEntry *finished, Drain &drain) noexcept
{
    // The event lives as long as the entry. A nested drain that finishes the entry first retains it for us.
    const Event &event = *Event::of(&entry);
    Running running{&lane, &event, finished != nullptr, m_running};
    m_running = &running;
    lane.route().deliver(event, drain.calls);
    m_running = running.outer;
    if (finished)
        freeEntry(finished, drain.freed);
    else if (running.isRetained)
        event.dropReference(drain.freed);
}

void Mailbox::visit(Lane &lane, Drain &drain) noexcept
{
    Running running{&lane, nullptr, true, m_running};
    m_running = &running;
    lane.route().visit(*this, lane, drain);
    m_running = running.outer;
}

void Mailbox::touch(Lane &lane) noexcept
{
    const std::uint64_t delivered = lane.m_delivered.load(std::memory_order_relaxed);
    lane.m_delivered.store(delivered + 1, std::memory_order_relaxed);
    if (delivered == 0) {
        lane.m_nextTouched = m_touched;
        m_touched = &lane;
    }
}

void Mailbox::settle(Lane &lane) noexcept
{
    // The drains further out use the lane when its handler has returned.
    std::uint64_t running = 0;
    for (const Running *frame = m_running; frame; frame = frame->outer)
        running += frame->lane == &lane;
    const std::uint64_t delivered = lane.m_delivered.load(std::memory_order_relaxed);
    if (delivered == running)
        return;
    for (Lane **link = &m_touched; running == 0 && *link; link = &(*link)->m_nextTouched) {
        if (*link == &lane) {
            *link = lane.m_nextTouched;
            break;
        }
    }
    lane.m_delivered.store(running, std::memory_order_relaxed);
    lane.release(delivered - running);
}

void Mailbox::settleTouched() noexcept
{
    while (Lane *lane = m_touched) {
        m_touched = lane->m_nextTouched;
        const std::uint64_t delivered = lane->m_delivered.load(std::memory_order_relaxed);
        lane->m_delivered.store(0, std::memory_order_relaxed);
        lane->release(delivered); // and it may be gone
    }
}

} // namespace SignalBox::detail
