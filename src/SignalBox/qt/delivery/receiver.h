// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/deliveryplatform.h>
#include <SignalBox/qt/delivery/entrylist.h>
#include <SignalBox/qt/delivery/onewritercount.h>
#include <SignalBox/qt/delivery/queueentry.h>

#include <atomic>
#include <cstdint>

namespace SignalBox::detail {

class Mailbox;

/*! What the deliveries of one drain share. */
struct Drain
{
    std::int64_t servesRoundsUntil = 0; // on the steady clock: till then, a visit goes on to the end of its round
    FreedBlocks freed;
    HandlerCalls calls;
};

/*!
    The recipient of a mailbox's entries. It counts its reservations: one for each entry, from before it is queued until it
    has been run, forwarded or dropped. They keep it alive. The mailbox gives those that it has served back at the end of
    each drain, in one step, so that producers and consumer do not fight for a cache line.
*/
class Receiver
{
public:
    Receiver(const Receiver &) = delete;
    Receiver &operator=(const Receiver &) = delete;

    /*! Both are called by the consumer. */
    virtual void deliver(const Payload &payload, Drain &drain) noexcept = 0;
    /*! Serves its backlog. */
    virtual void visit(Mailbox &mailbox, Drain &drain) noexcept = 0;
    /*! A visit that was planned with Mailbox::planVisit() is due: the first one queues it; the second one, for a thread that has ended, drops the
        backlog. Both end the reservation of the plan. */
    virtual void visitAsPlanned() noexcept = 0;
    virtual void dropAsPlanned() noexcept = 0;
    /*! Receivers of one group whose planned visits are due together are called in this order. */
    virtual const void *group() const noexcept = 0;
    virtual HandlerReference::CallOrder callOrder() const noexcept = 0;
    /*! Called by the consumer at the end of a drain in which something was delivered. */
    virtual void endDrain() noexcept = 0;
    /*! Gives \a count reservations back. The receiver may be destroyed by that. */
    virtual void release(std::uint64_t count) noexcept = 0;

    /*! Of a receiver that has left: queues \a payload where it receives now; a null payload is a visit, for which it takes a reservation.
        False: the caller drops it. Runs no foreign code, as takeBacklog(). */
    virtual bool forward(const Payload *payload) noexcept = 0;
    virtual void drop(const Payload &payload) noexcept = 0;
    /*! Both together drop the backlog. */
    virtual void takeBacklog(EntryList &taken) noexcept = 0;
    virtual void dropBacklog(EntryList &&taken) noexcept = 0;

    /*! Whether it receives elsewhere, or may: what comes to this mailbox is forwarded then. For the consumer of the mailbox, or the thread
        that drops in its place; a thread without a reservation asks for the mailbox after that (see Transit::isOpenHere()). Acquire:
        partner SetLeft. Weaker: that thread sees the mailbox from before. */
    bool hasLeft() const noexcept
    {
        return m_hasLeft.load(DeliveryPlatform::order(DeliverySite::SeeLeft, std::memory_order_acquire));
    }

protected:
    explicit Receiver(bool wantsOneVisit) noexcept : m_wantsOneVisit(wantsOneVisit) {}
    ~Receiver() = default;

    // Of the next visits; the consumer's.
    void setWantsOneVisit(bool wantsOneVisit) noexcept { m_wantsOneVisit = wantsOneVisit; }

    // Set by the thread that is left; where that has ended, late producers may see it late, and drop what they bring. Cleared by the
    // thread where the receiver opens. Release: partner SeeLeft.
    void setHasLeft(bool hasLeft) noexcept
    {
        m_hasLeft.store(hasLeft, DeliveryPlatform::order(DeliverySite::SetLeft, std::memory_order_release));
    }

    // Reservations of deliveries that are running or have run here, and are not given back yet. Exact for the consumer, and late for
    // others.
    std::uint64_t served() const noexcept { return m_delivered.value() + m_running.value(); }

private:
    friend class Mailbox;

    // The consumer's, on a cache line of their own.
    alignas(64) std::atomic<bool> m_hasLeft = false;
    bool m_wantsOneVisit; // in each drain
    OneWriterCount m_running;
    OneWriterCount m_delivered;
    Receiver *m_nextServed = nullptr; // those that have something to be given back
    std::uint64_t m_visitedIn = 0; // the drain that last looked at the backlog
};

} // namespace SignalBox::detail
