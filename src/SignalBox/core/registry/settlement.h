// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/registry/control.h>
#include <SignalBox/core/registry/lastingcalls.h>
#include <SignalBox/core/registry/waitwarning.h>

// What follows the removal of a handler: its callable is destroyed as soon as nobody is inside, and who
// asked for it waits until nobody is.
//
// Remover                                   Reader
//   mark Removed; publish or tag the head     announce `current` = node
//   mark Withdrawn                            head unchanged, or node not Removed: call
//   heavy fence                               announce the next one, or null
//   scan all `current`s                       head changed and node Withdrawn: heavy fence, scan;
//   nobody inside: claim, destroy             nobody inside: claim, destroy
//
// A reader that entered before the fence is seen by the scan; one that announces later sees the mark. A
// reader that leaves either sees that the node is withdrawn, or had left before the scan. So the remover or
// the last leaver finds nobody inside; if both do, or two leavers do, the claim (one exchange) picks one.
// Leavers pass a heavy fence, too: the remover's may not have happened yet when they scan. And they act on
// Withdrawn, not on Removed: between the two, a fresh walk of the list still published may enter.
//
// Who waits looks first, behind the remover's own fence: mostly nobody is inside, and nobody has to be woken.
// Waiters sleep on the node's count of leaves. A waiter that is to sleep sets Awaited before another fence and scan,
// so a leaver it saw inside sees Awaited, raises the count and wakes. The count is read before the scan: a
// leave in between changes it and the sleep returns at once. When nobody is inside any more, the waiter
// also waits until the callable is destroyed: it may be the leaver who does it, and what the callable
// refers to may be freed after the wait.

namespace SignalBox::detail {

template <class Platform>
class Settlement
{
    using Node = HandlerNode<Platform>;
    using Record = HazardRecord<Platform>;

public:
    // Destroys the callables of `first` and the nodes linked behind it by `next` that nobody is inside of; the last leaver sees to the others. One heavy fence for all. The caller has marked and
    // unpublished them, holds a reference to each, and nothing else: destructors are user code. With
    // `isAwaited` the fence is also that of wait(), for any nodes that were withdrawn before.
    static void settleRemoved(Node *first, Node *Node::*next, bool isAwaited) noexcept
    {
        bool isNeeded = isAwaited;
        for (Node *node = first; node; node = node->*next)
            isNeeded |= node->operations.destroyCallable != nullptr;
        if (!isNeeded)
            return;
        Platform::heavyFence(MemorySite::HeavyFenceRemove);
        const auto current = Platform::domain().currentHandlers();
        for (Node *node = first; node; node = node->*next) {
            if (!node->operations.destroyCallable)
                continue;
            const bool isInside = current.isComplete()
                    ? current.contains(node)
                            || node->deepInside.load(Platform::order(MemorySite::CountInside, std::memory_order_seq_cst)) != 0
                    : Platform::domain().isInside(node, nullptr);
            if (!isInside)
                destroyCallable(node);
        }
    }

    // By a reader that has left `node`, when something has changed since its walk began. `current` no
    // longer names the node; the walked list still protects it.
    [[gnu::noinline, gnu::cold]] static void leave(Node *node) noexcept
    {
        node->canary.checkAlive();
        // Seq_cst: partner MarkWithdrawn: either its remover sees this thread gone, or this load sees the node
        // withdrawn. Weaker: nobody destroys the callable.
        const std::uint32_t state = node->state.load(Platform::order(MemorySite::CheckState, std::memory_order_seq_cst));
        if (!(state & Node::Removed))
            return;
        // Not before the removal was published: others may still enter by the published list. If it is not
        // yet, the remover will find this thread gone.
        if (node->operations.destroyCallable && (state & (Node::Withdrawn | Node::CallableClaimed)) == Node::Withdrawn) {
            Platform::heavyFence(MemorySite::HeavyFenceRemove);
            if (!Platform::domain().isInside(node, nullptr))
                destroyCallable(node);
        }
        countLeave(node);
    }

    // Wakes those who wait for `node`, which `current` has ceased to name.
    static void countLeave(Node *node) noexcept
    {
        if (!node->hasState(Node::Awaited, MemorySite::MarkAwaited))
            return;
        // Release part: my leaving before the waiter's next scan. Seq_cst with the waiter's load.
        node->leaves.fetch_add(1, Platform::order(MemorySite::CountLeave, std::memory_order_seq_cst));
        Platform::wakeAll(node->leaves);
    }

    // Returns when no thread but the caller's is inside `node`, and its callable is destroyed unless the caller itself
    // is inside. The node was withdrawn before the last heavy fence; the caller holds a reference.
    static void wait(Node *node) noexcept
    {
        const Record *own = Platform::currentRecord();
        if (isOver(node, own))
            return;
        // Leavers are asked to wake somebody.
        node->state.fetch_or(Node::Awaited, Platform::order(MemorySite::MarkAwaited, std::memory_order_seq_cst));
        Platform::heavyFence(MemorySite::HeavyFenceRemove);
        WaitWarning<Platform> warning(node, own);
        for (;;) {
            // Before the scan; acquire: pairs with countLeave().
            const std::uint32_t leaves = node->leaves.load(Platform::order(MemorySite::CountLeave, std::memory_order_seq_cst));
            if (isOver(node, own))
                return;
            warning.sleep(node->leaves, leaves);
        }
    }

    // Ends the calls of `node` that last longer than its function, by who has removed it and waits; and waits for these, too, unless
    // that would be for ever. Behind wait(), so that none begins any more.
    static void endLastingCalls(Node *node, bool mustWait) noexcept
    {
        LastingCalls *const calls = node->lastingCalls.get();
        if (!calls)
            return;
        calls->end();
        if (mustWait)
            calls->wait(WaitWarning<Platform>(node, Platform::currentRecord()).report());
    }

private:
    static bool isOver(Node *node, const Record *own) noexcept
    {
        return !Platform::domain().isInside(node, own) && ((own && own->isInside(node)) || isCallableDestroyed(node));
    }

    // Nobody is inside. Whoever claims, destroys; user code.
    static void destroyCallable(Node *node) noexcept
    {
        // Relaxed: one exchange picks one claimer; what was done inside is ordered by the scan (ScanCurrents).
        if (node->state.fetch_or(Node::CallableClaimed, std::memory_order_relaxed) & Node::CallableClaimed)
            return;
        // Relaxed: matters to this very thread only, which comes back while the destructor runs.
        node->destroyer.store(Platform::currentThread(), std::memory_order_relaxed);
        node->operations.destroyCallable(node);
        // Release: the destructor's accesses before whatever a waiter does next. Partner: isCallableDestroyed().
        node->state.fetch_or(Node::CallableDestroyed, Platform::order(MemorySite::CallableDestroyed, std::memory_order_seq_cst));
        countLeave(node);
    }

    // True also when there is nothing to destroy, and when the caller's own thread is just doing it.
    static bool isCallableDestroyed(Node *node) noexcept
    {
        if (!node->operations.destroyCallable)
            return true;
        destroyCallable(node);
        return (node->state.load(Platform::order(MemorySite::CallableDestroyed, std::memory_order_seq_cst)) & Node::CallableDestroyed)
                || node->destroyer.load(std::memory_order_relaxed) == Platform::currentThread();
    }
};

} // namespace SignalBox::detail
