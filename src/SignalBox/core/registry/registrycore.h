// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/handlerinfo.h>
#include <SignalBox/core/list/listedit.h>
#include <SignalBox/core/registry/reclaimer.h>
#include <SignalBox/core/registry/walk.h>
#include <SignalBox/core/registry/writerscope.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

// What a registry does, whatever its event type: the writers' side.
//
// Every change follows one pattern (change()): protect the published list, build its successor, publish
// it by compare-exchange, retire what it replaced; begin again if another change came first. Lock-free:
// a compare-exchange fails only because another writer's succeeded.
//
// The truth about one handler: it is registered while its id stands in the id table; the thread that
// claims the id removes it. Its node's state says Removed or Disabled before the list does; lists follow.
// Removing is idempotent from the mark on, so a guard that lost the claim helps before it waits.
// Many are removed in the same steps, each for all of them before the next: claim and mark; publish for each
// registry one list without those that are marked; say that they are withdrawn; one heavy fence and scan. The
// argument of settlement.h is about one handler at a time, so it holds for each of many.
//
// Without memory for a new list, the state alone changes, the count of such changes is raised and the
// published word is tagged: walks then look at every state, and the next writer that has memory rebuilds
// the list from the states. (Control::needsStateChecks says why none is missed.)

namespace SignalBox::detail {

template <class Platform>
class RegistryCore
{
    using Control = detail::Control<Platform>;
    using List = HandlerList<Platform>;
    using Block = HandlerBlock<Platform>;
    using Node = HandlerNode<Platform>;
    using Edit = ListEdit<Platform>;
    using Item = HandlerItem<Platform>;
    using Scope = WriterScope<Platform>;
    using Retirement = typename Reclaimer<Platform>::Retirement;
    using Word = std::uintptr_t;

public:
    // Frees a node that was never registered.
    struct NodeDeleter
    {
        void operator()(Node *node) const noexcept { node->dropReference(); }
    };
    using NodePointer = std::unique_ptr<Node, NodeDeleter>;

    // The registry of this control block, which it does not own: see open() and close().
    explicit RegistryCore(Control *control) noexcept : m_control(control) {}

    // A new registry. Throws std::bad_alloc.
    static Control *open() { return new Control; }

    // The end of the registry: nothing here may be called any more.
    void close() noexcept
    {
        if (Control *callback = m_control->exceptionControl.load(std::memory_order_acquire))
            close(*callback);
        close(*m_control);
        m_control->isOrphan.store(true, std::memory_order_relaxed);
        Platform::domain().adopt(m_control);
    }

    Control *control() const noexcept { return m_control; }
    void reserve(std::size_t count) { m_control->ids.reserve(count); }

    DispatchReport notify(const void *event) const noexcept { return Dispatch<Platform>::notify(*m_control, event); }

    void visit(const void *event) const noexcept { Walks<Platform>::visit(*m_control, event); }

    // Throws std::bad_alloc or std::length_error, and has then changed nothing.
    HandlerId add(NodePointer node, int priority, bool isEnabled) { return add(*m_control, std::move(node), priority, isEnabled); }

    // The same, and keeps the node and the control block for a guard. The guard ends with release().
    Node *addGuarded(NodePointer node, int priority, bool isEnabled)
    {
        Node *kept = node.get();
        Control *control = m_control;
        keep(kept);
        try {
            add(*control, std::move(node), priority, isEnabled);
        } catch (...) {
            forget(kept); // user code may run here, and take the registry with it
            throw;
        }
        return kept;
    }

    bool remove(HandlerId id, Waiting waiting) noexcept
    {
        Scope scope(*m_control);
        scope.protect();
        // Whoever knows the id got it after the node's first list was published, by release and acquire (handlerid.h); the
        // id still stands in the table after the list was protected: so that list contains the node and keeps it alive.
        Node *node = m_control->ids.find(id);
        Node *claimed = nullptr;
        if (node == nullptr || !claim(node, claimed))
            return false;
        node->addReference();
        unlink(scope, *m_control, node, nullptr, 1);
        m_control->ids.release(id);
        scope.letGo();
        Settlement<Platform>::settleRemoved(node, &Node::nextClaimed, waiting == Waiting::Yes);
        if (waiting == Waiting::Yes) {
            Settlement<Platform>::wait(node);
            Settlement<Platform>::endLastingCalls(node, true);
        }
        node->dropReference();
        return true;
    }

    // --- removal by those who hold a reference to the node and its control block, see keep(): the registry may be gone

    // Unregisters `node` and puts it in front of `claimed`, which is for finish(). False: somebody else has removed it.
    // Until finish() has taken it out, walks that have not seen another change of the registry may still call it.
    static bool claim(Node *node, Node *&claimed) noexcept
    {
        const bool isMine = claimUncounted(node, claimed);
        if (isMine)
            node->control->handlerCount.fetch_sub(1, std::memory_order_relaxed);
        return isMine;
    }

    // Removes what was claimed, for each registry with one new list, and for all together with one heavy fence.
    // The references stay. `claimed` is then in another order.
    static void finish(Node *&claimed, Waiting waiting) noexcept
    {
        takeOutAll(claimed);
        const bool isAwaited = waiting == Waiting::Yes && claimed;
        Settlement<Platform>::settleRemoved(claimed, &Node::nextClaimed, isAwaited);
        for (Node *node = isAwaited ? claimed : nullptr; node; node = node->nextClaimed)
            Settlement<Platform>::wait(node);
    }

    // claim() by id, and keep(). No walk that begins from here on calls it: the list is replaced, or tagged, as if there were no
    // memory. A tag costs little, but whoever changes the list next makes it anew. So it comes after as many changes as that
    // costs: handlers that come and go by turns never pay it, and many that go together pay it once.
    bool withhold(HandlerId id, Node *&claimed, Withholding &withholding) noexcept
    {
        Scope scope(*m_control);
        const Word word = scope.protect();
        Node *node = m_control->ids.find(id); // as in remove()
        if (node == nullptr || !claim(node, claimed))
            return false;
        keep(node);
        if (!(word & PublishedList::uncheckedTag)) {
            if (withholding.tagged == m_control)
                withholding = {};
            if (withholding.changes < Control::listOf(word)->spanCount) {
                ++withholding.changes;
                unlink(scope, *m_control, node, nullptr, 1);
                return true;
            }
            withholding.tagged = m_control;
        }
        markUnchecked(*m_control);
        return true;
    }

    // What guards do that end together: `released` and those linked behind it by nextReleased, each kept by
    // addGuarded(). As finish() does it, also for those that somebody else has removed.
    static void release(Node *released, Waiting waiting) noexcept
    {
        Node *claimed = nullptr;
        Node *others = nullptr;
        while (released) {
            Node *node = std::exchange(released, released->nextReleased);
            if (!claim(node, claimed))
                node->nextReleased = std::exchange(others, node);
        }
        takeOutAll(claimed);
        for (Node *node = others; node; node = node->nextReleased)
            helpOut(node);
        const bool isAwaited = waiting == Waiting::Yes && (claimed || others);
        Settlement<Platform>::settleRemoved(claimed, &Node::nextClaimed, isAwaited);
        finishRelease(claimed, &Node::nextClaimed, waiting, true);
        finishRelease(others, &Node::nextReleased, waiting, false);
    }

    static bool remove(Node *node, Waiting waiting) noexcept
    {
        Node *claimed = nullptr;
        if (claim(node, claimed)) {
            finish(claimed, waiting);
            return true;
        }
        helpOut(node);
        if (mustWait(node, waiting, false)) {
            Settlement<Platform>::settleRemoved(nullptr, nullptr, true);
            Settlement<Platform>::wait(node);
        }
        return false;
    }

    // A reference to `node` and its control block, for somebody who has one: ends with forget().
    static void keep(Node *node) noexcept
    {
        node->addReference();
        node->control->addReference();
    }

    // The guard lets its handler be.
    static void forget(Node *node) noexcept
    {
        Control *control = node->control;
        node->dropReference();
        control->dropReference();
    }

    static bool isRegistered(const Node *node) noexcept { return node->control->ids.contains(node->id); }

    void clear() noexcept { removeAll(*m_control); }

    bool contains(HandlerId id) const noexcept { return m_control->ids.contains(id); }
    std::size_t handlerCount() const noexcept
    {
        // Relaxed: stale on return anyway.
        return m_control->handlerCount.load(std::memory_order_relaxed);
    }

    bool isEnabled(HandlerId id) const noexcept
    {
        Scope scope(*m_control);
        scope.protect(); // keeps the node alive, as in remove()
        const Node *node = m_control->ids.find(id);
        // Relaxed: stale on return anyway.
        return node && !(node->state.load(std::memory_order_relaxed) & (Node::Disabled | Node::Removed));
    }

    bool setEnabled(HandlerId id, bool isEnabled) noexcept
    {
        Scope scope(*m_control);
        scope.protect();
        Node *node = m_control->ids.find(id);
        if (node == nullptr)
            return false;
        node->addReference(); // the list protected now may not be the one that the change starts from
        const NodePointer keeper(node);
        // Relaxed: as in mark().
        if (isEnabled)
            node->state.fetch_and(~std::uint32_t{Node::Disabled}, std::memory_order_relaxed);
        else
            node->state.fetch_or(Node::Disabled, std::memory_order_relaxed);
        // Publishes even if the list has it right: a change under way that read the state before fails then.
        bool isListed = true;
        changeOrMarkUnchecked(scope, *m_control, [&](Edit &edit, bool mustRebuild) {
            Item item{};
            isListed = edit.find(node, item);
            if (mustRebuild) {
                edit.rebuild(nullptr, nullptr);
                return true;
            }
            if (!isListed)
                return false;
            item.enabled = !node->hasState(Node::Disabled, MemorySite::CheckState);
            edit.erase(node);
            edit.insert(item);
            return true;
        });
        scope.letGo();
        return isListed;
    }

    // Throws std::bad_alloc, std::length_error; nothing has changed then.
    bool setPriority(HandlerId id, int priority)
    {
        Scope scope(*m_control);
        scope.protect();
        Node *node = m_control->ids.find(id);
        if (node == nullptr)
            return false;
        node->addReference();
        const NodePointer keeper(node);
        const HandlerKey key{priority, nextSequence()};
        bool isListed = true;
        change(scope, *m_control, [&](Edit &edit, bool mustRebuild) {
            Item item{};
            isListed = edit.find(node, item) && !node->hasState(Node::Removed, MemorySite::CheckState);
            if (!isListed)
                return false;
            item.key = key;
            if (mustRebuild) {
                item.enabled = !node->hasState(Node::Disabled, MemorySite::CheckState);
                edit.rebuild(&item, node);
            } else {
                edit.erase(node);
                edit.insert(item);
            }
            return true;
        });
        if (isListed) {
            node->priority.store(key.priority, std::memory_order_relaxed);
            node->sequence.store(key.sequence, std::memory_order_relaxed);
        }
        scope.letGo();
        return isListed;
    }

    std::vector<HandlerInfo> handlers() const
    {
        Scope scope(*m_control);
        const List *list = Control::listOf(scope.protect());
        std::vector<HandlerInfo> result;
        result.reserve(list->total);
        list->forEach([&result](const HandlerEntry<Platform> &entry, const HandlerKey &key, bool) {
            const Node &node = *entry.node;
            const std::uint32_t state = node.state.load(Platform::order(MemorySite::CheckState, std::memory_order_seq_cst));
            if (!(state & Node::Removed))
                result.push_back({node.id, key.priority, node.name, !(state & Node::Disabled), node.registeredAt});
        });
        return result;
    }

    // The control block of the exception callback's own little registry: one handler at the most, called
    // through the same dispatch path. Throws std::bad_alloc.
    Control *exceptionControl()
    {
        Control *callback = m_control->exceptionControl.load(std::memory_order_acquire);
        if (callback)
            return callback;
        auto created = std::make_unique<Control>();
        // Release: constructed before seen; partner Dispatch::reportException(). The loser deletes its own.
        if (m_control->exceptionControl.compare_exchange_strong(callback, created.get(), std::memory_order_acq_rel,
                                                                std::memory_order_acquire))
            return created.release();
        return callback;
    }
    // Throws std::bad_alloc, and has then changed nothing.
    void setExceptionCallback(NodePointer node)
    {
        Control &callback = *node->control;
        node->isExceptionCallback = true;
        replaceAll(callback, std::move(node));
    }
    void clearExceptionCallback() noexcept
    {
        if (Control *callback = m_control->exceptionControl.load(std::memory_order_acquire))
            removeAll(*callback);
    }

    // What a `once` handler's entry calls instead of the callable. The walk protects the node.
    static void callOnce(Node *node, const void *event, Outcome *outcome)
    {
        Control &control = *node->control;
        Node *claimed = nullptr;
        if (!claim(node, claimed)) {
            *outcome = Outcome::NotCalled;
            return;
        }
        {
            Scope scope(control);
            unlink(scope, control, node, nullptr, 1);
            control.ids.release(node->id);
        }
        node->operations.invoke(node, event, outcome);
    }

private:
    static Item itemFor(Node *node, int priority, bool isEnabled) noexcept
    {
        return {{node->once ? &callOnce : node->operations.invoke, node},
                {priority, node->sequence.load(std::memory_order_relaxed)},
                isEnabled};
    }

    // Gives `node` its id and all it needs to be listed. Throws; the node is then as before.
    static Item prepare(Control &control, Node *node, int priority, bool isEnabled)
    {
        control.ids.assign(node);
        node->priority.store(priority, std::memory_order_relaxed);
        if (!isEnabled)
            node->state.store(Node::Disabled, std::memory_order_relaxed);
        control.handlerCount.fetch_add(1, std::memory_order_relaxed);
        control.ids.publish(node);
        return itemFor(node, priority, isEnabled);
    }
    static void undoPrepare(Control &control, const Node *node) noexcept
    {
        control.ids.claim(node->id); // succeeds: nobody has seen the node
        control.ids.release(node->id);
        control.handlerCount.fetch_sub(1, std::memory_order_relaxed);
    }

    static HandlerId add(Control &control, NodePointer node, int priority, bool isEnabled)
    {
        const Item item = prepare(control, node.get(), priority, isEnabled);
        const HandlerId id = node->id;
        try {
            Scope scope(control);
            change(scope, control, [&](Edit &edit, bool mustRebuild) {
                node->birth = edit.nextVersion();
                if (mustRebuild)
                    edit.rebuild(&item, nullptr);
                else
                    edit.insert(item);
                return true;
            });
        } catch (...) {
            undoPrepare(control, node.get());
            throw;
        }
        static_cast<void>(node.release()); // the lists' now
        return id;
    }

    // Publishes what `build` makes of the published list: build(edit, mustRebuild) returns false if there is
    // nothing to change. Afterwards the list it started from is still protected. Rethrows what it throws.
    template <class Build>
    static void change(Scope &scope, Control &control, Build &&build)
    {
        for (;;) {
            const Word word = scope.protect();
            List *base = Control::listOf(word);
            base->canary.checkAlive();
            // Before any state is read. Partner: markUnchecked().
            const std::uint64_t unchecked =
                    control.uncheckedChanges.load(Platform::order(MemorySite::CountUnchecked, std::memory_order_seq_cst));
            const bool mustRebuild = (word & PublishedList::uncheckedTag) || base->checkedChanges != unchecked;
            Edit edit(base);
            if (!build(edit, mustRebuild))
                return;
            List *next = edit.finish(unchecked);
            Word expected = word;
            // Release: the new list's contents, and marks set before; partner ValidateHead, CheckHead.
            // Seq_cst: third operation of full-fence mode. Failure needs nothing: everything is read anew.
            if (!control.head.compare_exchange_strong(
                        expected, next->total == 0 ? Control::emptyWord(next) : Control::wordOf(next),
                        Platform::order(MemorySite::PublishHead, std::memory_order_seq_cst), std::memory_order_relaxed))
                continue;
            const std::uint64_t version = base->version + 1;
            Reclaimer<Platform> reclaimer(control);
            Retirement retirement(version);
            edit.published([&](Retirable *item) { retirement.add(item); });
            reclaimer.retire(retirement);
            reclaimer.reclaimIfDue(version);
            return;
        }
    }

    static void mark(Node *node) noexcept
    {
        // Relaxed: the publication or tag that follows releases it. A reader looks at states when it has seen
        // that change, or a later one, of the head; one that has not had announced itself before the scan.
        node->state.fetch_or(Node::Removed, std::memory_order_relaxed);
    }

    // A marked node is in no list that is published from now on, or that list's walks check states.
    static void markWithdrawn(Node *node) noexcept
    {
        // After the publication: only now may leavers destroy the callable. Before, a walk that began on
        // the list still published would call it. Partner: Settlement::leave(), removeGuarded(); with the
        // remover's heavy fence after it, either a leaver sees this or the remover sees it gone.
        node->state.fetch_or(Node::Withdrawn, Platform::order(MemorySite::MarkWithdrawn, std::memory_order_seq_cst));
    }

    static bool claimUncounted(Node *node, Node *&claimed) noexcept
    {
        const bool isMine = node->control->ids.claim(node->id);
        mark(node); // also one whose claimer has not got that far
        if (isMine)
            node->nextClaimed = std::exchange(claimed, node);
        return isMine;
    }

    // Withdraws claimed nodes of any registries, and gives their ids back. Sorts them by registry.
    static void takeOutAll(Node *&claimed) noexcept
    {
        sortByControl(claimed);
        for (Node *first = claimed; first;) {
            Control &control = *first->control;
            std::uint32_t listed = 0;
            Node *lastListed = nullptr;
            Node *end = first;
            for (; end && end->control == &control; end = end->nextClaimed) {
                if (end->hasState(Node::Withdrawn, MemorySite::MarkWithdrawn))
                    continue; // by withhold(), or somebody who helped
                ++listed;
                lastListed = end;
            }
            if (listed != 0) {
                Scope scope(control);
                unlink(scope, control, listed == 1 ? lastListed : first, end, listed);
            }
            control.ids.release(first, end, &Node::nextClaimed);
            first = end;
        }
    }

    // Merges neighbouring runs until there is one: claimers mostly come with long ones, or with one.
    static void sortByControl(Node *&chain) noexcept
    {
        const std::less<Control *> isBefore;
        for (bool isSorted = false; !isSorted;) {
            isSorted = true;
            Node **link = &chain;
            while (Node *left = *link) {
                Node *const right = cutRun(left);
                if (!right)
                    break;
                isSorted = false;
                Node *const rest = cutRun(right);
                Node *both[] = {left, right};
                while (both[0] || both[1]) {
                    const bool isRight = !both[0] || (both[1] && isBefore(both[1]->control, both[0]->control));
                    *link = both[isRight];
                    link = &both[isRight]->nextClaimed;
                    both[isRight] = *link;
                }
                *link = rest;
            }
        }
    }
    // Ends the run that begins with `first`, and returns what came behind it.
    static Node *cutRun(Node *first) noexcept
    {
        const std::less<Control *> isBefore;
        while (first->nextClaimed && !isBefore(first->nextClaimed->control, first->control))
            first = first->nextClaimed;
        return std::exchange(first->nextClaimed, nullptr);
    }

    // Withdraws marked nodes, whoever else is about to: `first` alone, or, by their claimer, those that are linked from there
    // to `end`, of which `count` may be in the list.
    static void unlink(Scope &scope, Control &control, Node *first, Node *end, std::uint32_t count) noexcept
    {
        changeOrMarkUnchecked(scope, control, [&](Edit &edit, bool mustRebuild) {
            if (mustRebuild) {
                edit.rebuild(nullptr, nullptr);
                return true;
            }
            return count == 1 ? edit.erase(first) : edit.eraseRemoved(first, end, &Node::nextClaimed, count);
        });
        if (count == 1) {
            markWithdrawn(first);
            return;
        }
        for (Node *node = first; node != end; node = node->nextClaimed)
            markWithdrawn(node);
    }

    // change() for callers that have changed states and must not fail.
    template <class Build>
    static void changeOrMarkUnchecked(Scope &scope, Control &control, Build &&build) noexcept
    {
        try {
            change(scope, control, build);
        } catch (const std::bad_alloc &) {
            markUnchecked(control);
        }
    }

    // States have changed and no list could be made to say so.
    static void markUnchecked(Control &control) noexcept
    {
        // Before the head is looked at, and after the states were changed: see Control::needsStateChecks.
        control.uncheckedChanges.fetch_add(1, Platform::order(MemorySite::CountUnchecked, std::memory_order_seq_cst));
        Word word = control.head.load(Platform::order(MemorySite::CountUnchecked, std::memory_order_seq_cst));
        // An empty list has no states. Without protection: a tag on a list that came to the same address
        // meanwhile only makes its walks slower.
        while (!(word & (PublishedList::uncheckedTag | PublishedList::emptyTag))) {
            if (control.head.compare_exchange_weak(word, word | PublishedList::uncheckedTag,
                                                   Platform::order(MemorySite::PublishHead, std::memory_order_seq_cst),
                                                   std::memory_order_seq_cst))
                return;
        }
    }

    // Somebody else has removed it, or is about to and may not have got far.
    static void helpOut(Node *node) noexcept
    {
        if (node->hasState(Node::Withdrawn, MemorySite::MarkWithdrawn))
            return;
        Scope scope(*node->control);
        unlink(scope, *node->control, node, nullptr, 1);
    }

    // Who lost the race from inside the handler does not wait: the winner may wait for this thread.
    static bool mustWait(const Node *node, Waiting waiting, bool isMine) noexcept
    {
        const HazardRecord<Platform> *own = Platform::currentRecord();
        return waiting == Waiting::Yes && (isMine || !own || !own->isInside(node));
    }

    static void finishRelease(Node *node, Node *Node::*next, Waiting waiting, bool areMine) noexcept
    {
        while (node) {
            Node *behind = node->*next;
            const bool waits = mustWait(node, waiting, areMine);
            if (waits)
                Settlement<Platform>::wait(node);
            if (waiting == Waiting::Yes)
                Settlement<Platform>::endLastingCalls(node, waits);
            forget(node);
            node = behind;
        }
    }

    // Claims every handler of `list`, and keeps what it has claimed.
    static void claimAll(Control &control, const List &list, Node *&claimed) noexcept
    {
        std::uint32_t count = 0;
        list.forEach([&](const HandlerEntry<Platform> &entry, const HandlerKey &, bool) {
            if (!claimUncounted(entry.node, claimed))
                return;
            entry.node->addReference();
            ++count;
        });
        control.handlerCount.fetch_sub(count, std::memory_order_relaxed);
    }

    // What claimAll() claimed is in no list any more.
    static void finishClaimed(Control &control, Node *first) noexcept
    {
        if (!first)
            return;
        for (Node *node = first; node; node = node->nextClaimed)
            markWithdrawn(node);
        control.ids.release(first, nullptr, &Node::nextClaimed);
        Settlement<Platform>::settleRemoved(first, &Node::nextClaimed, false);
        while (first) {
            Node *next = first->nextClaimed;
            first->dropReference();
            first = next;
        }
    }

    static void removeAll(Control &control) noexcept
    {
        Node *claimed = nullptr;
        {
            Scope scope(control);
            const List *list = Control::listOf(scope.protect());
            if (list->total == 0)
                return;
            claimAll(control, *list, claimed);
            changeOrMarkUnchecked(scope, control, [](Edit &edit, bool mustRebuild) {
                if (!mustRebuild)
                    return edit.eraseRemoved();
                edit.rebuild(nullptr, nullptr);
                return true;
            });
        }
        finishClaimed(control, claimed);
    }

    static void replaceAll(Control &control, NodePointer node)
    {
        const Item item = prepare(control, node.get(), 0, true);
        Node *claimed = nullptr;
        try {
            Scope scope(control);
            const List *replaced = nullptr;
            change(scope, control, [&](Edit &edit, bool) {
                replaced = edit.base();
                node->birth = edit.nextVersion();
                edit.replaceAll(item);
                return true;
            });
            // Still protected. Between the publication and this a walk of it may call the old ones.
            claimAll(control, *replaced, claimed);
        } catch (...) {
            undoPrepare(control, node.get());
            throw;
        }
        static_cast<void>(node.release());
        finishClaimed(control, claimed);
    }

    // The registry goes: like clear(), for ever, and without memory.
    static void close(Control &control) noexcept
    {
        Node *claimed = nullptr;
        {
            Scope scope(control);
            for (;;) {
                Word word = scope.protect();
                List *base = Control::listOf(word);
                claimAll(control, *base, claimed);
                List *last = &control.last;
                last->version = base->version + 1;
                last->previous = base;
                last->checkedChanges = control.uncheckedChanges.load(std::memory_order_relaxed);
                if (!control.head.compare_exchange_strong(word, Control::emptyWord(last),
                                                          Platform::order(MemorySite::PublishHead, std::memory_order_seq_cst),
                                                          std::memory_order_relaxed))
                    continue;
                Retirement retirement(last->version);
                base->forEach([&](const HandlerEntry<Platform> &entry, const HandlerKey &, bool) {
                    retirement.add(entry.node);
                });
                for (std::uint32_t i = 0; i < base->spanCount && !base->hasInlineBlock; ++i)
                    retirement.add(base->blockAt(i));
                Reclaimer<Platform>(control).retire(retirement);
                break;
            }
        }
        finishClaimed(control, claimed);
    }

    Control *m_control;
};

// Compiled once, in registrycore.cpp.
extern template class RegistryCore<StandardPlatform>;

} // namespace SignalBox::detail
