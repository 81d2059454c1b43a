// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <cstdint>
#include <utility>

// How a handler's deliveries go from one mailbox to another when its context moves, with no event lost, doubled, or overtaking
// an older one of its producer, and without a thread waiting.
//
//             depart()                     arriveAt(B)                    all reservations are here
//     Open(A) --------> Moving, nowhere -------------> Moving, to B ----------------------------> Open(B)
//                            ^                             |
//                            +---------- depart() ---------+
//
// One word counts the reservations: deliveries between the walk that finds the handler and the drain that calls it; and says
// whether the handler is Moving. Since both are one word, each reservation comes either before the move or after it.
//
// - Before: it pins the mailbox that is left (`out`). It goes there, and is forwarded when it is found there (`m_forwarded`). Until
//   each has been given back, the handler does not open elsewhere.
// - After: it is parked (`m_parked`), behind all that is forwarded: a producer that parks has queued its older events before.
//
// It opens when the context has arrived and nothing is out any more: what was late has been forwarded, and what was running has
// returned. Then what was forwarded, what was parked and what is pushed from then on follow each other. Whoever gives back the
// last one says where it opens; the thread there opens it, in front of its queue.
//
// The same word says whether the source of the handler's events has ended (finish()). From then on, the handler is to end once
// nothing is on its way to it: release() tells the thread that gives back the last reservation.
//
// `Entries` is a list with append(), prepend() and takeFirst(). The mutex is for the time of a move only.

namespace SignalBox::detail {

/*! Which shares of a handler are left after some were given back. */
enum class SharesLeft {
    Some,
    Handler, // only its own, and no event comes any more: it is to be unregistered
    None, // it is gone, too
};

template <class Platform, class Mailbox, class Entry, class Entries>
class Transit
{
public:
    // Open there.
    explicit Transit(Mailbox *mailbox) noexcept : m_mailbox(mailbox) {}
    Transit(const Transit &) = delete;
    Transit &operator=(const Transit &) = delete;

    // --- producers -------------------------------------------------------------------------------

    // Counts a delivery. The mailbox to push it to; or null: park() it, or refuse() it.
    Mailbox *reserve() noexcept
    {
        // Acquire: partner OpenTransit. Weaker: the delivery goes to a mailbox that was left before.
        const std::uint64_t word = m_word.fetch_add(out, Platform::order(DeliverySite::Reserve, std::memory_order_acquire));
        if (!(word & moving)) [[likely]]
            return m_mailbox.load(std::memory_order_relaxed); // which is pinned, and was written before
        // Relaxed: from here on the mutex orders it. It is not waited for any more: or many producers that wait for the mutex would
        // keep the handler from opening.
        m_word.fetch_add(kept - out, std::memory_order_relaxed);
        return nullptr;
    }
    // Null: the entry is kept here; otherwise it is to be pushed. `opensAt`: see below.
    Mailbox *park(Entry *entry, Mailbox *&opensAt) noexcept
    {
        const Lock lock(m_mutex);
        if (!m_isMoving) {
            m_word.fetch_sub(kept - out, std::memory_order_relaxed);
            return m_mailbox.load(std::memory_order_relaxed);
        }
        m_parked.append(entry);
        ++m_keptCount;
        aimIfComplete(opensAt);
        return nullptr;
    }
    void refuse() noexcept { m_word.fetch_sub(kept, std::memory_order_relaxed); }
    // False: it is Moving, or its source has ended, and it is to be released with the next one.
    bool release(std::uint64_t count, SharesLeft &left) noexcept
    {
        std::uint64_t word = m_word.load(std::memory_order_relaxed);
        while (!(word & (moving | finishing))) {
            // Acquire and release: what all did with the handler comes before its end. Weaker: it ends while another thread uses it.
            if (m_word.compare_exchange_weak(word, word - count, Platform::order(DeliverySite::Release, std::memory_order_acq_rel),
                                             std::memory_order_relaxed)) {
                left = word == count ? SharesLeft::None : SharesLeft::Some;
                return true;
            }
        }
        return false;
    }
    // For a caller that keeps the handler alive otherwise, as another thread may end it meanwhile. `opensAt`, here and elsewhere: if
    // it is set, the caller has openAt() called for that mailbox.
    SharesLeft releaseSlowly(std::uint64_t count, Mailbox *&opensAt) noexcept
    {
        const Lock lock(m_mutex);
        const std::uint64_t word = (m_word.fetch_sub(count, std::memory_order_acq_rel) - count) & ~moving;
        aimIfComplete(opensAt);
        return (word & ~finishing) == 0           ? SharesLeft::None
               : word == (registered | finishing) ? SharesLeft::Handler
                                                  : SharesLeft::Some;
    }

    // --- the source ------------------------------------------------------------------------------

    // Whether its source has ended. Relaxed: a hint.
    bool isFinishing() const noexcept { return (m_word.load(std::memory_order_relaxed) & finishing) != 0; }
    // All of its events have been counted, and no other one comes. True: none is on its way, so the handler is to be unregistered.
    bool finish() noexcept
    {
        // Relaxed: each reservation is given back before it or after it, whatever the order: one word.
        return (m_word.fetch_add(finishing, std::memory_order_relaxed) & ~moving) == registered;
    }

    // --- the thread that is left, or, where that is over, the thread that takes its place ---------

    void depart() noexcept
    {
        const Lock lock(m_mutex);
        departLocked();
    }
    // A copy of what waited at a mailbox that was left, or is now, as the context may not be there. False: the handler is gone.
    bool forward(Entry *entry) noexcept
    {
        const Lock lock(m_mutex);
        if (!m_isMoving)
            departLocked();
        if (m_hasEnded)
            return false;
        m_word.fetch_add(kept, std::memory_order_relaxed); // its original has one, too
        m_forwarded.append(entry);
        ++m_keptCount;
        return true;
    }

    // --- where the context has arrived -----------------------------------------------------------

    // The consumer of `mailbox`. If it is open there already, calls confirm().
    template <class Confirm>
    void arriveAt(Mailbox *mailbox, Mailbox *&opensAt, Confirm &&confirm) noexcept
    {
        const Lock lock(m_mutex);
        if (!m_isMoving && m_mailbox.load(std::memory_order_relaxed) == mailbox) {
            confirm();
            return;
        }
        departLocked();
        if (m_hasEnded)
            return;
        m_target = mailbox;
        aimIfComplete(opensAt);
    }
    // The consumer of `mailbox`. True: it is open there from here on; `waiting` comes first. Calls confirm() when mailbox() is that one,
    // see isOpenHere(), and before anything else can come there.
    template <class Confirm>
    bool openAt(Mailbox *mailbox, Entries &waiting, Confirm &&confirm) noexcept
    {
        const Lock lock(m_mutex);
        m_isAimed = false;
        if (!isComplete() || m_target != mailbox)
            return false;
        takeKept(waiting);
        m_target = nullptr;
        m_isMoving = false;
        // Release: partner mailbox(). Weaker: a thread without a reservation looks into a mailbox before it is made.
        m_mailbox.store(mailbox, std::memory_order_release);
        confirm();
        // Release: the mailbox; partner reserve().
        m_word.fetch_sub(moving, Platform::order(DeliverySite::OpenTransit, std::memory_order_release));
        return true;
    }
    // `mailbox`, or null: where the context has arrived, as far as the caller knows. It has no consumer: what waits for it is the
    // caller's, with its reservations. Nothing, if the context has gone on since.
    void abandonKept(const Mailbox *mailbox, Entries &entries) noexcept
    {
        const Lock lock(m_mutex);
        if (m_target != mailbox)
            return;
        m_isAimed = false;
        takeKept(entries);
    }

    // --- the end ---------------------------------------------------------------------------------

    // The handler is gone, so nothing can reserve any more. What was kept is the caller's, with its reservations.
    void end(Entries &entries) noexcept
    {
        const Lock lock(m_mutex);
        m_hasEnded = true;
        m_target = nullptr;
        takeKept(entries);
        if (std::exchange(m_isMoving, false))
            m_word.fetch_sub(moving, std::memory_order_relaxed);
    }
    // The handler's own share of the word, to be released after that.
    static constexpr std::uint64_t registered = std::uint64_t{1} << 61;

    // --- looks -----------------------------------------------------------------------------------

    // Where it is open, or was last.
    Mailbox *mailbox() const noexcept { return m_mailbox.load(std::memory_order_acquire); }
    // Whether it is open at the mailbox of the calling thread; isHere() knows that mailbox. hasLeft() reads a flag that the caller sets after
    // depart() and clears in confirm(). The flag lies on a cache line that the consumer writes: so it is read only where isHere() is true.
    // openAt() stores the mailbox, then clears the flag; so a thread that reads the cleared flag, and then the mailbox, reads that one or a
    // later one. Without the second read, the thread that was left could combine its old mailbox with the flag that another one has cleared.
    template <class IsHere, class HasLeft>
    bool isOpenHere(IsHere &&isHere, HasLeft &&hasLeft) const noexcept
    {
        const Mailbox *const seen = mailbox();
        return isHere(*seen) && !hasLeft() && mailbox() == seen;
    }
    // Deliveries that are counted, whether they have run by now or not. Relaxed: for others than the consumer it is late.
    std::uint64_t reserved() const noexcept
    {
        const std::uint64_t word = m_word.load(std::memory_order_relaxed);
        return (word & (kept - 1)) + ((word & (moving - 1)) / kept);
    }
    // On the thread of that mailbox, where the `served` are known: whether anything else is on its way. Relaxed: a thread that posts
    // an event sees its own, and for those of other threads there is no order.
    bool isPending(std::uint64_t served) const noexcept
    {
        return (m_word.load(std::memory_order_relaxed) & ~(registered | finishing)) != served;
    }

private:
    using Mutex = typename Platform::Mutex;
    using Lock = typename Platform::Lock;

    static constexpr std::uint64_t out = 1; // a reservation that pins the mailbox
    static constexpr std::uint64_t kept = std::uint64_t{1} << 30; // one that is here, or is coming here
    static constexpr std::uint64_t moving = std::uint64_t{1} << 60;
    static constexpr std::uint64_t finishing = std::uint64_t{1} << 62;

    void departLocked() noexcept
    {
        m_target = nullptr;
        m_isAimed = false;
        if (m_hasEnded || std::exchange(m_isMoving, true))
            return;
        // Relaxed: each reservation comes before it or after it, whatever the order; and who sees it takes the mutex.
        m_word.fetch_add(moving, std::memory_order_relaxed);
    }
    bool isComplete() const noexcept
    {
        // Relaxed: under the mutex, which depart() had: so what was reserved before that is counted, and given back under the mutex.
        return m_isMoving && m_target && (m_word.load(std::memory_order_relaxed) & (kept - 1)) == 0;
    }
    void aimIfComplete(Mailbox *&opensAt) noexcept
    {
        if (m_isAimed || !isComplete())
            return;
        m_isAimed = true;
        opensAt = m_target;
    }
    void takeKept(Entries &entries) noexcept
    {
        entries.prepend(std::move(m_parked));
        entries.prepend(std::move(m_forwarded));
        m_word.fetch_sub(std::exchange(m_keptCount, 0) * (kept - out), std::memory_order_relaxed);
    }

    typename Platform::template Atomic<std::uint64_t> m_word{registered};
    typename Platform::template Atomic<Mailbox *> m_mailbox;

    mutable Mutex m_mutex; // guards what follows
    Mailbox *m_target = nullptr; // where the context has arrived
    Entries m_forwarded;
    Entries m_parked;
    std::uint64_t m_keptCount = 0; // in these two
    bool m_isMoving = false;
    bool m_isAimed = false; // openAt() is on its way
    bool m_hasEnded = false;
};

} // namespace SignalBox::detail
