// SPDX-License-Identifier: MIT
#pragma once

#include "stormhandlers.h"

#include <deque>
#include <new>
#include <set>

// What one thread of a storm does. See storm.h.
//
// No deadlock by construction: only a thread that is in no handler waits for any other handler; from inside a
// handler, and in no other one, a thread waits for that very handler alone.

namespace Stress {

using SignalBox::HandlerGuard;
using SignalBox::HandlerInfo;
using SignalBox::HandlerOptions;

class StormWorker final : public StormThread
{
public:
    using Card = StormCard;
    using Event = StormEvent;

    struct OwnedGuard
    {
        HandlerGuard guard;
        Card *card;
    };

    StormWorker(StormState &state, unsigned index) : StormThread(state, index)
    {
        m_privateCards.resize(state.options.registries);
    }

    void run()
    {
        begin();
        for (std::size_t i = 0; i < m_state.options.operations; ++i)
            act();
        // The others are left to the end.
        while (m_guards.size() > 2)
            endGuard(m_guards.size() - 1, true);
        current = nullptr;
    }

    // Makes the calling thread this worker.
    void begin()
    {
        current = this;
        // A thread's first notify may allocate its record, which must not fail.
        const AllocationPolicy policy(false);
        m_state.registries[0]->notify({.registry = 0, .depth = 0, .chain = 0});
    }

    std::deque<Card> &cards() noexcept { return m_cards; }
    std::vector<OwnedGuard> &guards() noexcept { return m_guards; }

private:
    // --- what to do next -------------------------------------------------------------------------

    // Outside of all handlers.
    void act()
    {
        const unsigned r = m_random.below(m_state.options.registries);
        const unsigned choice = m_random.below(64);
        if (choice < 12) {
            addHandler(r);
        } else if (choice < 18) {
            addGuard(r);
        } else if (choice < 26) {
            if (!m_guards.empty())
                endGuard(m_random.below(static_cast<unsigned>(m_guards.size())), true);
        } else if (choice < 30) {
            removeAny(r, true);
        } else if (choice < 32) {
            togglePrivate(r);
        } else if (choice < 33) {
            if (m_random.oneIn(32))
                clear(r);
        } else {
            actAnywhere(r, 0);
        }
    }

    // Inside `self`, without waiting for any other handler.
    void actInside(Card &self, unsigned depth) override
    {
        const unsigned r = m_random.below(m_state.options.registries);
        const unsigned choice = m_random.below(8);
        if (choice < 1)
            addHandler(r);
        else if (choice < 2)
            remove(self, depth == 0 && m_random.oneIn(2), true);
        else if (choice < 3)
            endOwnGuard(self, depth);
        else if (choice < 4 && m_guards.size() > 2)
            m_state.inLibrary(
                    [&] { m_guards[m_random.below(static_cast<unsigned>(m_guards.size()))].guard.unregister(); });
        else
            actAnywhere(r, depth + 1);
    }

    void actAnywhere(unsigned r, unsigned depth)
    {
        const unsigned choice = m_random.below(16);
        if (choice < 2)
            removeAny(r, false);
        else if (choice < 4)
            enableAny(r);
        else if (choice < 6)
            moveAny(r);
        else if (choice < 7)
            look(r);
        else if (choice < 8)
            replaceReporter(r);
        else
            notify(r, depth, m_random.oneIn(24) ? m_random.below(14) : 0);
    }

    // --- registering -----------------------------------------------------------------------------

    Card &newCard(unsigned r)
    {
        Card &card = m_cards.emplace_back();
        card.registry = r;
        card.maker = m_index;
        card.number = m_cards.size();
        constexpr int priorities[] = {0, 0, 1, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
        card.priority = priorities[m_random.below(6)];
        card.isOnce = m_random.oneIn(8);
        card.isMovable = m_random.oneIn(4);
        card.isTrivial = m_random.oneIn(4);
        card.registeredAt = m_state.tick();
        return card;
    }

    // Calls add(handler, options) for a handler of the kind that the card asks for.
    template <class Add>
    bool tryToAdd(Card &card, Add &&add)
    {
        HandlerOptions options{
                .priority = card.priority, .name = {}, .once = card.isOnce, .enabled = !m_random.oneIn(8)};
        if (m_random.oneIn(4))
            options.name = "a name that is too long to be stored without memory";
        try {
            if (card.isTrivial) {
                m_state.inLibrary([&] { add(TrivialStormHandler{&card}, std::move(options)); });
            } else {
                StormHandler handler(card, m_state.captures[card.registry]);
                m_state.inLibrary([&] { add(std::move(handler), std::move(options)); });
            }
            return true;
        } catch (const std::bad_alloc &) {
            STRESS_CHECK(m_state.options.allocationsFail);
            card.hasFailed = true;
            STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed);
            return false;
        }
    }

    bool addUnguarded(Card &card)
    {
        return tryToAdd(card, [&](auto &&handler, auto &&options) {
            const HandlerId id = registryOf(card).registerHandler(std::move(handler), std::move(options));
            STRESS_CHECK(id.isValid());
            card.id.store(id, std::memory_order_release);
        });
    }

    void addHandler(unsigned r)
    {
        Card &card = newCard(r);
        if (addUnguarded(card))
            expose(card);
    }

    void addGuard(unsigned r)
    {
        if (m_guards.size() >= 8)
            return;
        Card &card = newCard(r);
        HandlerGuard guard;
        if (!tryToAdd(card, [&](auto &&handler, auto &&options) {
                guard = registryOf(card).registerGuard(std::move(handler), std::move(options));
            }))
            return;
        STRESS_CHECK(guard.id().isValid());
        card.id.store(guard.id(), std::memory_order_release);
        if (m_random.oneIn(2))
            expose(card);
        m_guards.push_back({std::move(guard), &card});
    }

    // So that others can change and remove it. What stood in its place goes.
    void expose(Card &card)
    {
        auto &slots = m_state.slots[card.registry];
        auto &slot = slots[m_random.below(static_cast<unsigned>(slots.size()))];
        if (Card *const old = slot.exchange(&card, std::memory_order_acq_rel))
            remove(*old, false, false);
    }

    Card *anyCard(unsigned r)
    {
        auto &slots = m_state.slots[r];
        return slots[m_random.below(static_cast<unsigned>(slots.size()))].load(std::memory_order_acquire);
    }

    // --- removing --------------------------------------------------------------------------------

    void remove(Card &card, bool waiting, bool isInside)
    {
        const HandlerId id = idOf(card);
        if (!id.isValid()) // its registration has not returned yet
            return;
        auto &registry = registryOf(card);
        const bool isMine =
                m_state.inLibrary([&] { return waiting ? registry.unregisterAndWait(id) : registry.unregister(id); });
        STRESS_CHECK(!registry.contains(id));
        if (!isMine)
            return;
        if (StormState::usesClock)
            card.goneAt.store(m_state.tick());
        STRESS_CHECK(card.removals.fetch_add(1, std::memory_order_relaxed) == 0);
        card.removers.fetch_or(std::uint32_t{1} << m_index, std::memory_order_relaxed);
        if (waiting)
            noteAwaited(card, isInside);
    }

    void removeAny(unsigned r, bool waiting)
    {
        if (Card *card = anyCard(r))
            remove(*card, waiting, false);
    }

    void endGuard(std::size_t which, bool isOutside)
    {
        OwnedGuard ended = std::move(m_guards[which]);
        m_guards[which] = std::move(m_guards.back());
        m_guards.pop_back();
        Card &card = *ended.card;
        if (!ended.guard.id().isValid()) // it was told to unregister() before
            return;
        STRESS_CHECK(ended.guard.id() == idOf(card));
        const unsigned choice = m_random.below(6);
        if (choice == 0) {
            m_state.inLibrary([&] { ended.guard.unregister(); });
            return;
        }
        if (choice == 1) {
            STRESS_CHECK(ended.guard.release() == idOf(card));
            expose(card);
            return;
        }
        if (choice == 2)
            m_state.inLibrary([&] { ended.guard = HandlerGuard(); });
        else
            m_state.inLibrary([&] { ended.guard.reset(); });
        STRESS_CHECK(!ended.guard.isActive());
        STRESS_CHECK(!registryOf(card).contains(idOf(card)));
        // Who loses a race for the removal from inside does not wait.
        if (isOutside)
            noteAwaited(card, false);
    }

    void endOwnGuard(const Card &self, unsigned depth)
    {
        for (std::size_t i = 0; i < m_guards.size() && depth == 0; ++i) {
            if (m_guards[i].card == &self) {
                endGuard(i, false);
                return;
            }
        }
    }

    void noteAwaited(Card &card, bool isInside)
    {
        card.awaitedBy.store(m_index + 1, std::memory_order_relaxed);
        STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed != isInside);
    }

    void clear(unsigned r)
    {
        m_state.inLibrary([&] { m_state.registries[r]->clear(); });
        if (const Card *card = m_privateCards[r])
            STRESS_CHECK(!registryOf(*card).contains(idOf(*card)));
    }

    // --- changing and looking --------------------------------------------------------------------

    bool isRemovedByMe(const Card &card) const
    {
        return (card.removers.load(std::memory_order_relaxed) >> m_index) % 2 != 0;
    }

    void enableAny(unsigned r)
    {
        if (Card *card = anyCard(r)) {
            const bool enabled = m_random.oneIn(2);
            const bool isSet = m_state.inLibrary([&] { return registryOf(*card).setEnabled(idOf(*card), enabled); });
            STRESS_CHECK(!isSet || !isRemovedByMe(*card));
        }
    }

    void moveAny(unsigned r)
    {
        Card *card = anyCard(r);
        if (!card || !card->isMovable)
            return;
        try {
            const int priority = static_cast<int>(m_random.below(5)) - 2;
            const bool isMoved =
                    m_state.inLibrary([&] { return registryOf(*card).setPriority(idOf(*card), priority); });
            STRESS_CHECK(!isMoved || !isRemovedByMe(*card));
        } catch (const std::bad_alloc &) {
            STRESS_CHECK(m_state.options.allocationsFail);
        }
    }

    // A handler that only this thread pauses and resumes: so this thread knows whether it is paused.
    void togglePrivate(unsigned r)
    {
        Card *&card = m_privateCards[r];
        if (!card || !registryOf(*card).contains(idOf(*card))) {
            card = &newCard(r);
            card->isOnce = false;
            if (!addUnguarded(*card))
                card = nullptr;
            return;
        }
        card->isPausedByMaker = false;
        card->goneAt.store(Card::never);
        const bool enabled = m_random.oneIn(2);
        if (!m_state.inLibrary([&] { return registryOf(*card).setEnabled(idOf(*card), enabled); }))
            return; // cleared
        if (!enabled) {
            card->isPausedByMaker = true;
            if (StormState::usesClock)
                card->goneAt.store(m_state.tick());
        }
        notify(r, 0, 0);
    }

    void look(unsigned r)
    {
        try {
            const std::vector<HandlerInfo> rows = m_state.inLibrary([&] { return m_state.registries[r]->handlers(); });
            std::set<HandlerId> ids;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                STRESS_CHECK(ids.insert(rows[i].id).second);
                STRESS_CHECK(i == 0 || rows[i].priority <= rows[i - 1].priority);
                STRESS_CHECK(rows[i].name.empty() || rows[i].name.ends_with("without memory"));
                STRESS_CHECK(rows[i].registeredAt.line() != 0);
            }
        } catch (const std::bad_alloc &) {
            STRESS_CHECK(m_state.options.allocationsFail);
        }
    }

    // Registry 0 keeps its own, so that its reports can be counted.
    void replaceReporter(unsigned r)
    {
        if (r == 0)
            return;
        if (m_random.oneIn(3)) {
            m_state.inLibrary([&] { m_state.registries[r]->clearExceptionCallback(); });
            return;
        }
        try {
            StormReporter reporter(m_state);
            m_state.inLibrary([&] { m_state.registries[r]->onException(std::move(reporter)); });
        } catch (const std::bad_alloc &) {
            STRESS_CHECK(m_state.options.allocationsFail);
        }
    }

    void notify(unsigned r, unsigned depth, unsigned chain) override
    {
        const Event event{.registry = r, .depth = depth, .chain = chain};
        const SignalBox::DispatchReport report =
                m_state.inLibrary([&] { return m_state.registries[r]->notify(event); });
        STRESS_CHECK(report.called == event.called);
        STRESS_CHECK(report.failed == event.failed);
        STRESS_CHECK(report.dropped == 0);
        STRESS_CHECK(report.stoppedBy.isValid() == event.isStopped);
    }

    static HandlerId idOf(const Card &card) { return card.id.load(std::memory_order_acquire); }
    StormState::Registry &registryOf(const Card &card) const { return *m_state.registries[card.registry]; }

    std::deque<Card> m_cards;
    std::vector<OwnedGuard> m_guards;
    std::vector<Card *> m_privateCards; // one for each registry
};

} // namespace Stress
