// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/delivery/deliveryplatform.h>

#include <cstdint>

// A lock for which no thread waits: who finds it taken leaves its work to the thread that holds it (flat combining).
//
//     Free ---tryLock()---> Locked ---leave()---> Locked, with nodes ---unlock(): does what was left---> Locked
//       ^                      |
//       +-------unlock()-------'
//
// One word: whether it is locked, and the newest node that was left. Since both are one word, a node is left to a thread that still
// holds the lock, and that cannot give the lock back without seeing the node. Nodes come out in the order in which they were left, so
// what one thread brings keeps its order.

namespace SignalBox::detail {

// Node has a Node *pending, and is aligned to two bytes at least.
template <class Platform, class Node>
class CombiningLock
{
public:
    CombiningLock() = default;
    CombiningLock(const CombiningLock &) = delete;
    CombiningLock &operator=(const CombiningLock &) = delete;

    bool tryLock() noexcept
    {
        Word word = free;
        return lock(word);
    }

    // True: the holder of the lock has the node. False: the caller holds the lock now, and the node.
    bool leave(Node *node) noexcept
    {
        // Relaxed: the exchanges below order what is found.
        Word word = m_word.load(std::memory_order_relaxed);
        for (;;) {
            if (word == free) {
                if (lock(word))
                    return false;
                continue;
            }
            node->pending = nodeOf(word);
            // Release: the node's contents; partner TakeLeft. Weaker: the holder reads a node half written.
            if (m_word.compare_exchange_weak(word, reinterpret_cast<Word>(node) | locked,
                                             Platform::order(DeliverySite::LeaveWork, std::memory_order_release),
                                             std::memory_order_relaxed))
                return true;
        }
    }

    // Calls work(Node *) for what was left meanwhile.
    template <class Work>
    void unlock(Work &&work) noexcept
    {
        for (;;) {
            Word word = locked;
            // Release: what the lock guards; partner LockTable. Weaker: the next holder does not see it.
            if (m_word.compare_exchange_strong(word, free,
                                               Platform::order(DeliverySite::UnlockTable, std::memory_order_release),
                                               std::memory_order_relaxed))
                return;
            // Acquire: partner LeaveWork, of each node, as each exchange continues the release of the one before.
            Node *newest =
                    nodeOf(m_word.exchange(locked, Platform::order(DeliverySite::TakeLeft, std::memory_order_acquire)));
            for (Node *node = reversed(newest); node;) {
                Node *const next = node->pending; // `work` may delete the node
                work(node);
                node = next;
            }
        }
    }

private:
    using Word = std::uintptr_t;
    static constexpr Word free = 0;
    static constexpr Word locked = 1;

    static Node *nodeOf(Word word) noexcept { return reinterpret_cast<Node *>(word & ~locked); }

    bool lock(Word &word) noexcept
    {
        // Acquire: partner UnlockTable. Weaker: what the lock guards is seen half changed.
        return m_word.compare_exchange_strong(word, locked,
                                              Platform::order(DeliverySite::LockTable, std::memory_order_acquire),
                                              std::memory_order_relaxed);
    }

    static Node *reversed(Node *node) noexcept
    {
        Node *result = nullptr;
        while (node) {
            Node *const older = node->pending;
            node->pending = result;
            result = node;
            node = older;
        }
        return result;
    }

    typename Platform::template Atomic<Word> m_word{free};
};

} // namespace SignalBox::detail
