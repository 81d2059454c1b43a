// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/eventmemory.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace SignalBox::detail {

class Receiver;

/*! What an entry brings: shared by all entries that bring it. An entry owns a reference. */
class Payload
{
public:
    virtual void addReference() const noexcept = 0;
    virtual void dropReference(FreedBlocks &freed) const noexcept = 0;

protected:
    Payload() noexcept = default;
    ~Payload() = default;
    Payload(const Payload &) = delete;
    Payload &operator=(const Payload &) = delete;
};

/*! Several receivers of one payload in one mailbox, in the order of their calls. */
struct ReceiverList
{
    std::uint32_t count;
    std::uint32_t capacity;
    EventMemory::Offset offset;
    Receiver *receivers[1]; // `capacity` of them; null: it has gone to another mailbox
};

/*!
    What a mailbox queues, and what a handler's backlog keeps. Which kind it is, and for whom, is in one word; in a backlog
    that is the handler's own, a number instead. Most entries are the one that lies in front of their payload,
    for one receiver, and cost sixteen bytes.
*/
struct QueueEntry
{
    enum Kind : std::uint64_t {
        Single, // for one Receiver
        Several, // for those in a ReceiverList
        Visit, // one Receiver has something in its backlog; no payload
        Work, // a Task
        kindMask = 3,
        Separate = 4, // a SeparateEntry: not in front of its payload
        addressMask = ~std::uint64_t{7},
    };

    Kind kind() const noexcept { return static_cast<Kind>(target & kindMask); }
    bool isSeparate() const noexcept { return (target & Separate) != 0; }
    Receiver *receiver() const noexcept { return reinterpret_cast<Receiver *>(address()); }
    ReceiverList *receivers() const noexcept { return reinterpret_cast<ReceiverList *>(address()); }
    void setReceiver(Receiver *receiver) noexcept
    {
        target = (target & ~std::uint64_t{addressMask}) | reinterpret_cast<std::uintptr_t>(receiver);
    }
    /*! Null for a visit; and no task. */
    inline const Payload *payload() const noexcept;

    // In a backlog with keys: the number of events that the entry counts, see KeyedStore.
    std::uint64_t ticket() const noexcept { return target >> ticketShift; }
    void setTicket(std::uint64_t ticket) noexcept { target = ticket << ticketShift | (target & Separate); }

    /*! Frees an entry that is in no queue any more, and drops its reference. */
    inline void free(FreedBlocks &freed) noexcept;

    std::atomic<QueueEntry *> next = nullptr;
    std::uint64_t target = Single;

private:
    static constexpr int ticketShift = 3;
    std::uintptr_t address() const noexcept { return static_cast<std::uintptr_t>(target & addressMask); }
};

struct SeparateEntry : QueueEntry
{
    const Payload *brought; // null for a visit
    EventMemory::Offset offset;

    /*! Takes over a reference to \a payload, or null. Throws std::bad_alloc. */
    static SeparateEntry *make(Kind kind, Receiver *receiver, const Payload *payload)
    {
        const EventMemory::Block block = EventMemory::allocate(sizeof(SeparateEntry));
        auto *entry = ::new (block.memory) SeparateEntry;
        entry->target = kind | Separate | reinterpret_cast<std::uintptr_t>(receiver);
        entry->brought = payload;
        entry->offset = block.offset;
        return entry;
    }
};

inline const Payload *QueueEntry::payload() const noexcept
{
    return isSeparate() ? static_cast<const SeparateEntry *>(this)->brought
                        : std::launder(reinterpret_cast<const Payload *>(this + 1));
}

inline void QueueEntry::free(FreedBlocks &freed) noexcept
{
    const Payload *const brought = payload();
    if (kind() == Several)
        freed.add(receivers(), receivers()->offset);
    if (isSeparate())
        freed.add(this, static_cast<SeparateEntry *>(this)->offset);
    if (brought)
        brought->dropReference(freed); // and with it the entry in front of it
}

} // namespace SignalBox::detail
