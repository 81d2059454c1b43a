// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

// A queue with any number of producers and one consumer: Vyukov's intrusive one ("Intrusive MPSC node-based queue",
// 1024cores.net). Appending is wait-free: one exchange and one store.
//
//     first ──> entry ──> entry ──> ... ──> last
//
// Between a producer's two steps the chain is broken in front of its entry: what it and later producers have appended
// cannot be seen yet. The consumer never waits for that; pop() says Blocked, and the consumer comes back later. (The
// wake-up cannot be relied on then: the producer may have raised it before.) Only a consumer that goes away waits:
// no consumer comes back after it.
//
// FIFO per producer: a producer's second exchange comes after its first. What a producer did before link() is visible
// to the consumer of the entry.

namespace SignalBox::detail {

// Node has an Atomic<Node *> next.
template <class Platform, class Node>
class DeliveryQueue
{
    template <class T>
    using Atomic = typename Platform::template Atomic<T>;

public:
    enum class State { Taken, Empty, Blocked };
    struct Result
    {
        State state;
        Node *node = nullptr;
    };

    DeliveryQueue() : m_last(&m_stub), m_first(&m_stub) { m_stub.next.store(nullptr, std::memory_order_relaxed); }
    DeliveryQueue(const DeliveryQueue &) = delete;
    DeliveryQueue &operator=(const DeliveryQueue &) = delete;

    // The producer's two steps. The consumer cannot take the entry between them: with it go its reservations, and with
    // those, perhaps, the queue. So whatever else the producer has to do with the consumer it does in between, and
    // nothing after.
    Node *append(Node *node) noexcept
    {
        node->next.store(nullptr, std::memory_order_relaxed);
        // Acquire: the entry before is another producer's, whose `next` was cleared before; without it our link
        // could come before that clearing in the order of `next`, and be lost. Release: our own clearing, for the
        // same reason. Sequentially consistent: the first operation of the wake-up's pair, see wakeup.h; weaker, and
        // producer and consumer miss each other.
        return m_last.exchange(node, Platform::order(DeliverySite::AppendEntry, std::memory_order_seq_cst));
    }
    static void link(Node *before, Node *node) noexcept
    {
        // Release: the entry's contents; partner FollowLink. Weaker: the consumer reads an entry half written.
        before->next.store(node, Platform::order(DeliverySite::LinkEntry, std::memory_order_release));
    }

    // Consumer only, as all that follows. The entry is the caller's from then on.
    Result pop() noexcept
    {
        Node *first = m_first;
        Node *next = follow(first);
        if (first == &m_stub) {
            if (next == nullptr)
                return {isLast(first) ? State::Empty : State::Blocked};
            m_first = first = next;
            next = follow(first);
        }
        if (next) {
            m_first = next;
            return {State::Taken, first};
        }
        if (!isLast(first))
            return {State::Blocked};
        // The only entry: the stub goes behind it, so that it can be taken out.
        link(append(&m_stub), &m_stub);
        next = follow(first);
        if (next == nullptr)
            return {State::Blocked};
        m_first = next;
        return {State::Taken, first};
    }

    // Pops what has been appended by now, oldest first, and not what comes meanwhile: in a flood that would have no end. Less, if a
    // producer is between its two steps.
    template <class Visit>
    void popPresent(Visit &&visit)
    {
        // Relaxed: a bound. That the consumer sees what it is called for, pop() sees to.
        Node *const last = m_last.load(std::memory_order_relaxed);
        while (m_first != &m_stub || last != &m_stub) {
            const Result result = pop();
            if (result.state != State::Taken)
                return;
            visit(result.node);
            if (result.node == last)
                return;
        }
    }

    // Whether pop() would find an entry now or soon.
    bool isEmpty() const noexcept { return m_first == &m_stub && follow(m_first) == nullptr && isLast(m_first); }

    // Any thread: whether nothing was appended since pop() said Empty.
    bool isUntouched() const noexcept { return isLast(&m_stub); }

    // Every entry that can be seen, oldest first.
    template <class Visit>
    void forEach(Visit &&visit)
    {
        visitWhile([&](Node &node) {
            visit(node);
            return true;
        });
    }
    // Until it returns false.
    template <class Visit>
    void visitWhile(Visit &&visit)
    {
        for (Node *node = m_first; node; node = follow(node)) {
            if (node != &m_stub && !visit(*node))
                return;
        }
    }

private:
    static Node *follow(Node *node) noexcept
    {
        return node->next.load(Platform::order(DeliverySite::FollowLink, std::memory_order_acquire));
    }
    bool isLast(const Node *node) const noexcept
    {
        // Sequentially consistent: the second operation of the wake-up's pair, see wakeup.h.
        return m_last.load(Platform::order(DeliverySite::CompareLast, std::memory_order_seq_cst)) == node;
    }

    alignas(64) Atomic<Node *> m_last; // producers
    alignas(64) Node *m_first; // the consumer
    Node m_stub; // in the queue when nothing else is
};

} // namespace SignalBox::detail
