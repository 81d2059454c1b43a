// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/route.h>

#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/routes/context_p.h>

#include <memory>
#include <utility>

// The part of Route that follows its context to another thread: deliveries are kept, forwarded, and opened there.

namespace SignalBox::detail {

// Brings an opening to the thread on which the context has arrived.
class Route::Opening final : public Task
{
public:
    Opening(Route &route, Mailbox &mailbox) noexcept : m_route(route), m_mailbox(mailbox) { m_route.addOwner(); }
    ~Opening() override { m_route.dropOwner(); }
    void run() noexcept override { m_route.openAt(m_mailbox); }
    void drop() noexcept override
    {
        m_route.abandonKept(m_mailbox);
        delete this;
    }

private:
    Route &m_route;
    Mailbox &m_mailbox;
};

void Route::queue(EventPointer event)
{
    QueueEntry *const entry = SeparateEntry::make(QueueEntry::Single, this, event.get());
    static_cast<void>(event.release()); // the entry's
    if (Mailbox *mailbox = reserve())
        mailbox->push(entry);
    else
        park(entry);
}

void Route::park(QueueEntry *entry) noexcept
{
    Mailbox *opensAt = nullptr;
    addOwner();
    if (Mailbox *mailbox = m_transit.park(entry, opensAt))
        mailbox->push(entry);
    else
        sendKept(opensAt);
    dropOwner();
}

bool Route::forward(const Payload *payload) noexcept
{
    QueueEntry *const entry = SeparateEntry::make(payload ? QueueEntry::Single : QueueEntry::Visit, this, payload);
    if (payload)
        payload->addReference();
    if (m_transit.forward(entry))
        return true;
    FreedBlocks freed; // not the last reference: the caller has one
    entry->free(freed);
    return false;
}

// Under the context's mutex: nothing is sent from here.
void Route::depart(Mailbox *left) noexcept
{
    m_transit.depart();
    setHasLeft(true);
    if (!left || m_visits.plannedAt == 0)
        return;
    left->forgetVisit(std::exchange(m_visits.plannedAt, 0), *this);
    static_cast<void>(forward(nullptr)); // the handler is there; the wake-up is raised
    Mailbox *nowhere = nullptr;
    m_transit.releaseSlowly(1, nowhere); // not the last one: the visit's
}

void Route::arriveAt(Mailbox &mailbox, Mailbox *&opensAt) noexcept
{
    m_transit.arriveAt(&mailbox, opensAt, [this] { setHasLeft(false); });
}

void Route::openAt(Mailbox &mailbox) noexcept
{
    EntryList waiting;
    if (m_transit.openAt(&mailbox, waiting, [this] { setHasLeft(false); }) && !waiting.isEmpty())
        mailbox.takeOver(std::move(waiting));
}

void Route::sendKept(Mailbox *opensAt) noexcept
{
    if (!opensAt) {
        if (m_context && m_context->isStranded())
            m_context->look(this);
    } else if (!opensAt->post(std::make_unique<Opening>(*this, *opensAt))) {
        abandonKept(*opensAt);
    }
}

void Route::abandonKept(const Mailbox &mailbox) noexcept
{
    EntryList kept;
    m_transit.abandonKept(&mailbox, kept);
    dropKept(std::move(kept));
}

// Under the context's mutex: nothing is dropped here.
void Route::takeStranded(EntryList &kept) noexcept
{
    m_transit.abandonKept(nullptr, kept);
}

void Route::dropKept(EntryList &&kept) noexcept
{
    FreedBlocks freed;
    while (QueueEntry *entry = kept.takeFirst()) {
        if (const Payload *payload = entry->payload()) {
            drop(*payload);
        } else {
            dropInbox();
        }
        entry->free(freed);
        release(1);
    }
}

} // namespace SignalBox::detail
