// SPDX-License-Identifier: MIT
#pragma once

#include "stress.h"

#include <SignalBox/SyncRegistry>

#include <array>
#include <deque>
#include <limits>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>

// Several threads do everything a registry allows, at random, on one or several registries, from outside and
// from inside handlers. Every handler has a card on which everybody notes what happened to it, and checks at each
// call that it may happen; at the end the cards, the registries and the captures must agree exactly.
//
// No deadlock by construction: only a thread that is in no handler waits for any other handler; from inside a
// handler, and in no other one, a thread waits for that very handler alone.

namespace Stress {

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::HandlerInfo;
using SignalBox::Propagation;

// Whether the calling thread is inside of the library, where tst_lowmemory lets allocations fail.
inline constinit thread_local bool allocationsMayFail = false;

class AllocationPolicy
{
public:
    explicit AllocationPolicy(bool mayFail) noexcept : m_previous(std::exchange(allocationsMayFail, mayFail)) {}
    AllocationPolicy(const AllocationPolicy &) = delete;
    AllocationPolicy &operator=(const AllocationPolicy &) = delete;
    ~AllocationPolicy() { allocationsMayFail = m_previous; }

private:
    const bool m_previous;
};

struct StormOptions
{
    unsigned threads;
    unsigned registries;
    unsigned slots; // handlers per registry, about
    std::size_t operations; // per thread
    bool allocationsFail = false;
};

class Storm
{
public:
    explicit Storm(const StormOptions &options) : m_options(options), m_captures(options.registries)
    {
        STRESS_CHECK(options.threads < maximumThreads);
        for (unsigned i = 0; i < options.registries; ++i) {
            m_registries.push_back(std::make_unique<Registry>());
            m_slots.emplace_back(options.slots);
        }
    }

    void run()
    {
        for (auto &registry : m_registries)
            registry->onException(Reporter(*this));
        std::deque<Worker> workers;
        for (unsigned i = 0; i <= m_options.threads; ++i)
            workers.emplace_back(*this, i);
        runThreads(m_options.threads, [&](unsigned index) { workers[index].run(); });
        Worker &observer = workers.back();
        observer.observe();
        checkRegistries(workers, observer);
        finish(workers, observer);
    }

private:
    static constexpr unsigned maximumThreads = 32;
    // Comparing times of different threads orders them, which would hide races from ThreadSanitizer.
    static constexpr bool usesClock = !underThreadSanitizer;

    struct Event
    {
        unsigned registry;
        unsigned depth;
        unsigned chain; // how many notifies are to be nested in this one
        // Written by the handlers, on the notifying thread.
        mutable bool hasNested = false;
        mutable bool isStopped = false;
        mutable bool hasTime = false;
        mutable unsigned called = 0;
        mutable unsigned failed = 0;
        mutable std::uint64_t begunAt = 0; // not after this
        mutable std::uint64_t reachedAt = 0; // what follows is checked after this
        mutable int lastPriority = std::numeric_limits<int>::max();
        mutable std::array<std::uint64_t, maximumThreads> lastNumber{};
    };
    using Registry = SignalBox::SyncRegistry<Event>;

    struct Card
    {
        unsigned registry = 0;
        unsigned maker = 0;
        std::uint64_t number = 0; // grows with each registration by the maker
        int priority = 0;
        bool isOnce = false;
        bool isMovable = false; // setPriority() may be called on it
        bool isTrivial = false; // its capture needs no destructor
        bool hasFailed = false; // was not registered for want of memory
        std::uint64_t registeredAt = 0;
        std::atomic<HandlerId> id{};
        std::atomic<std::uint32_t> calls{0};
        std::atomic<std::uint32_t> removals{0}; // how many unregister() calls were told true
        std::atomic<std::uint32_t> removers{0}; // a bit for each thread to which one has returned so
        std::atomic<std::uint64_t> goneAt{never}; // removed or paused since
        std::atomic<unsigned> awaitedBy{0}; // 1 + the thread that has waited until nobody was inside
        // Plain: whoever has waited sees them.
        bool isCaptureDestroyed = false;
        bool isPausedByMaker = false; // maker only
    };
    static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

    struct Worker;

    // --- handlers --------------------------------------------------------------------------------

    struct TrivialHandler
    {
        Storm *storm;
        Card *card;
        void operator()(const Event &event) const { static_cast<void>(storm->call(*card, event, [] {})); }
    };
    static_assert(std::is_trivially_destructible_v<TrivialHandler>);

    class Handler
    {
    public:
        Handler(Storm &storm, Card &card) : m_storm(&storm), m_card(&card), m_canary(storm.m_captures[card.registry]) {}
        Handler(Handler &&other) noexcept
            : m_storm(other.m_storm), m_card(std::exchange(other.m_card, nullptr)), m_canary(std::move(other.m_canary))
        {
        }
        ~Handler()
        {
            if (!m_card)
                return;
            STRESS_CHECK(!m_card->isCaptureDestroyed);
            m_card->isCaptureDestroyed = true;
        }
        Propagation operator()(const Event &event) const
        {
            return m_storm->call(*m_card, event, [this] { m_canary.checkAlive(); });
        }

    private:
        Storm *m_storm;
        Card *m_card;
        Canary m_canary;
    };

    // The exception callback.
    class Reporter
    {
    public:
        explicit Reporter(Storm &storm) : m_storm(&storm), m_canary(storm.m_reporters) {}
        void operator()(const SignalBox::ExceptionInfo &info) const
        {
            const AllocationPolicy policy(false);
            m_canary.checkAlive();
            STRESS_CHECK(info.handlerId().isValid());
            STRESS_CHECK(info.exception() != nullptr);
            STRESS_CHECK(info.message() == "storm");
            m_storm->m_reports.fetch_add(1, std::memory_order_relaxed);
            Random &random = Worker::current->random;
            if (random.oneIn(16))
                throw 1; // swallowed
            m_canary.checkAlive();
        }

    private:
        Storm *m_storm;
        Canary m_canary;
    };

    template <class CheckCapture>
    Propagation call(Card &card, const Event &event, CheckCapture &&checkCapture)
    {
        const AllocationPolicy policy(false);
        Worker &worker = *Worker::current;
        checkCapture();
        STRESS_CHECK(card.registry == event.registry);
        STRESS_CHECK(!event.isStopped);
        STRESS_CHECK(card.awaitedBy.load(std::memory_order_relaxed) == 0);
        STRESS_CHECK(!(card.removers.load(std::memory_order_relaxed) & worker.bit()));
        STRESS_CHECK(card.maker != worker.index || !card.isPausedByMaker);
        STRESS_CHECK(card.calls.fetch_add(1, std::memory_order_relaxed) == 0 || !card.isOnce);
        checkTime(card, event);
        checkOrder(card, event);
        ++event.called;

        if (card.isOnce && card.id.load(std::memory_order_relaxed).isValid())
            STRESS_CHECK(!m_registries[card.registry]->contains(card.id.load(std::memory_order_relaxed)));
        Propagation result = Propagation::Continue;
        if (!m_isQuiet) {
            if (event.chain != 0 && !event.hasNested) {
                event.hasNested = true;
                worker.notify(worker.random.below(m_options.registries), event.depth + 1, event.chain - 1);
            }
            if (worker.random.oneIn(16) && event.depth < 16)
                worker.actInside(card, event.depth);
            if (worker.random.oneIn(64)) {
                leave(card, event, worker);
                ++event.failed;
                if (card.registry == 0)
                    m_throws.fetch_add(1, std::memory_order_relaxed);
                throw std::runtime_error("storm");
            }
            if (!card.isTrivial && worker.random.oneIn(64)) {
                event.isStopped = true;
                result = Propagation::Stop;
            }
        }
        checkCapture();
        leave(card, event, worker);
        return result;
    }

    void leave(const Card &card, const Event &event, const Worker &worker) const
    {
        const unsigned awaitedBy = card.awaitedBy.load(std::memory_order_relaxed);
        STRESS_CHECK(awaitedBy == 0 || awaitedBy == worker.index + 1);
        if constexpr (usesClock)
            event.reachedAt = m_clock.load();
    }

    // A handler registered after notify() began is not called; nor is one that was removed, or paused, before its turn came.
    void checkTime(const Card &card, const Event &event) const
    {
        if constexpr (usesClock) {
            if (event.hasTime) {
                STRESS_CHECK(card.registeredAt <= event.begunAt);
                STRESS_CHECK(card.goneAt.load() > event.reachedAt);
            } else {
                event.hasTime = true;
                event.begunAt = event.reachedAt = m_clock.load();
            }
        }
    }

    void checkOrder(const Card &card, const Event &event) const
    {
        if (card.isMovable)
            return;
        STRESS_CHECK(card.priority <= event.lastPriority);
        if (card.priority != event.lastPriority)
            event.lastNumber = {};
        STRESS_CHECK(card.number > event.lastNumber[card.maker]);
        event.lastPriority = card.priority;
        event.lastNumber[card.maker] = card.number;
    }

    std::uint64_t tick() { return usesClock ? m_clock.fetch_add(1) + 1 : 0; }

    // --- what threads do -------------------------------------------------------------------------

    struct OwnedGuard
    {
        HandlerGuard guard;
        Card *card;
    };

    struct Worker
    {
        template <class Operation>
        decltype(auto) inLibrary(Operation &&operation)
        {
            const AllocationPolicy policy(storm.m_options.allocationsFail);
            return operation();
        }

        Worker(Storm &itsStorm, unsigned itsIndex) : storm(itsStorm), index(itsIndex), random(itsIndex + 1)
        {
            privateCards.resize(storm.m_options.registries);
        }

        static inline constinit thread_local Worker *current = nullptr;

        std::uint32_t bit() const noexcept { return std::uint32_t{1} << index; }
        Registry &registry(unsigned i) const { return *storm.m_registries[i]; }

        void observe()
        {
            current = this;
            // A thread's first notify may allocate its record.
            notify(0, 0, 0);
        }

        void run()
        {
            observe();
            for (std::size_t i = 0; i < storm.m_options.operations; ++i)
                act();
            // The others are left to the end.
            while (guards.size() > 2)
                endGuard(guards.size() - 1, true);
            current = nullptr;
        }

        // Outside of all handlers.
        void act()
        {
            const unsigned r = random.below(storm.m_options.registries);
            switch (random.below(32)) {
            case 0: case 1: case 2: case 3: case 4: case 5:
                addHandler(r);
                break;
            case 6: case 7: case 8:
                addGuard(r);
                break;
            case 9: case 10: case 11: case 12:
                if (!guards.empty())
                    endGuard(random.below(static_cast<unsigned>(guards.size())), true);
                break;
            case 13: case 14:
                removeAny(r, true);
                break;
            case 15:
                togglePrivate(r);
                break;
            case 16:
                if (random.oneIn(64))
                    clear(r);
                break;
            default:
                actAnywhere(r, 0);
            }
        }

        // Inside `self`, without waiting for any other handler.
        void actInside(Card &self, unsigned depth)
        {
            const unsigned r = random.below(storm.m_options.registries);
            switch (random.below(8)) {
            case 0:
                addHandler(r);
                break;
            case 1:
                remove(self, depth == 0 && random.oneIn(2), true);
                break;
            case 2:
                for (std::size_t i = 0; i < guards.size(); ++i) {
                    if (guards[i].card == &self && depth == 0) {
                        endGuard(i, false);
                        break;
                    }
                }
                break;
            case 3:
                if (guards.size() > 2)
                    guards[random.below(static_cast<unsigned>(guards.size()))].guard.unregister();
                break;
            default:
                actAnywhere(r, depth + 1);
            }
        }

        void actAnywhere(unsigned r, unsigned depth)
        {
            switch (random.below(16)) {
            case 0: case 1:
                removeAny(r, false);
                break;
            case 2: case 3:
                if (Card *card = anyCard(r)) {
                    const bool isSet = inLibrary([&] { return registry(r).setEnabled(idOf(*card), random.oneIn(2)); });
                    STRESS_CHECK(!isSet || !(card->removers.load(std::memory_order_relaxed) & bit()));
                }
                break;
            case 4: case 5:
                move(r);
                break;
            case 6:
                look(r);
                break;
            case 7:
                replaceReporter(r);
                break;
            default:
                notify(r, depth, random.oneIn(24) ? random.below(14) : 0);
            }
        }

        static HandlerId idOf(const Card &card) { return card.id.load(std::memory_order_acquire); }

        Card &newCard(unsigned r)
        {
            Card &card = cards.emplace_back();
            card.registry = r;
            card.maker = index;
            card.number = cards.size();
            constexpr int priorities[] = {0, 0, 1, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
            card.priority = priorities[random.below(6)];
            card.isOnce = random.oneIn(8);
            card.isMovable = random.oneIn(4);
            card.isTrivial = random.oneIn(4);
            card.registeredAt = storm.tick();
            return card;
        }

        // Calls add(handler, options) for a handler of the kind that the card asks for.
        template <class Add>
        bool tryToAdd(Card &card, Add &&add)
        {
            SignalBox::HandlerOptions options{.priority = card.priority, .name = {}, .once = card.isOnce, .enabled = !random.oneIn(8)};
            if (random.oneIn(4))
                options.name = "a name that is too long to be stored without memory";
            try {
                if (card.isTrivial) {
                    inLibrary([&] { add(TrivialHandler{&storm, &card}, std::move(options)); });
                } else {
                    Handler handler(storm, card);
                    inLibrary([&] { add(std::move(handler), std::move(options)); });
                }
                return true;
            } catch (const std::bad_alloc &) {
                STRESS_CHECK(storm.m_options.allocationsFail);
                card.hasFailed = true;
                STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed);
                return false;
            }
        }

        bool addUnnamed(Card &card)
        {
            return tryToAdd(card, [&](auto &&handler, auto &&options) {
                const HandlerId id = registry(card.registry).registerHandler(std::move(handler), std::move(options));
                STRESS_CHECK(id.isValid());
                card.id.store(id, std::memory_order_release);
            });
        }

        void addHandler(unsigned r)
        {
            Card &card = newCard(r);
            if (addUnnamed(card))
                expose(card);
        }

        // So that others can remove it. What stood in its place goes.
        void expose(Card &card)
        {
            auto &slots = storm.m_slots[card.registry];
            Card *const old = slots[random.below(static_cast<unsigned>(slots.size()))].exchange(&card, std::memory_order_acq_rel);
            if (old)
                remove(*old, false, false);
        }

        Card *anyCard(unsigned r)
        {
            auto &slots = storm.m_slots[r];
            return slots[random.below(static_cast<unsigned>(slots.size()))].load(std::memory_order_acquire);
        }

        void addGuard(unsigned r)
        {
            if (guards.size() >= 8)
                return;
            Card &card = newCard(r);
            HandlerGuard guard;
            if (!tryToAdd(card, [&](auto &&handler, auto &&options) {
                    guard = registry(card.registry).registerGuard(std::move(handler), std::move(options));
                }))
                return;
            card.id.store(guard.id(), std::memory_order_release);
            STRESS_CHECK(guard.id().isValid());
            if (random.oneIn(2))
                expose(card);
            guards.push_back({std::move(guard), &card});
        }

        void endGuard(std::size_t which, bool isOutside)
        {
            OwnedGuard ended = std::move(guards[which]);
            guards[which] = std::move(guards.back());
            guards.pop_back();
            Card &card = *ended.card;
            STRESS_CHECK(ended.guard.id() == HandlerId() || ended.guard.id() == idOf(card));
            if (!ended.guard.id().isValid()) // it was told to unregister() before
                return;
            switch (random.below(6)) {
            case 0:
                inLibrary([&] { ended.guard.unregister(); });
                return;
            case 1:
                STRESS_CHECK(ended.guard.release() == idOf(card));
                expose(card);
                return;
            case 2:
                inLibrary([&] { ended.guard = HandlerGuard(); });
                break;
            default:
                inLibrary([&] { ended.guard.reset(); });
            }
            STRESS_CHECK(!ended.guard.isActive());
            STRESS_CHECK(!registry(card.registry).contains(idOf(card)));
            // Who loses a race for the removal from inside does not wait.
            if (isOutside)
                noteAwaited(card, false);
        }

        void noteAwaited(Card &card, bool isInside)
        {
            card.awaitedBy.store(index + 1, std::memory_order_relaxed);
            STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed != isInside);
        }

        void remove(Card &card, bool waiting, bool isInside)
        {
            const HandlerId id = idOf(card);
            if (!id.isValid()) // its registration has not returned yet
                return;
            Registry &itsRegistry = registry(card.registry);
            const bool isMine = inLibrary([&] { return waiting ? itsRegistry.unregisterAndWait(id) : itsRegistry.unregister(id); });
            STRESS_CHECK(!itsRegistry.contains(id));
            if (!isMine)
                return;
            if (usesClock)
                card.goneAt.store(storm.tick());
            STRESS_CHECK(card.removals.fetch_add(1, std::memory_order_relaxed) == 0);
            card.removers.fetch_or(bit(), std::memory_order_relaxed);
            if (waiting)
                noteAwaited(card, isInside);
        }

        void removeAny(unsigned r, bool waiting)
        {
            if (Card *card = anyCard(r))
                remove(*card, waiting, false);
        }

        void move(unsigned r)
        {
            Card *card = anyCard(r);
            if (!card || !card->isMovable)
                return;
            try {
                const int priority = static_cast<int>(random.below(5)) - 2;
                const bool isMoved = inLibrary([&] { return registry(r).setPriority(idOf(*card), priority); });
                STRESS_CHECK(!isMoved || !(card->removers.load(std::memory_order_relaxed) & bit()));
            } catch (const std::bad_alloc &) {
                STRESS_CHECK(storm.m_options.allocationsFail);
            }
        }

        // A handler that only this thread pauses and resumes: so this thread knows whether it is paused.
        void togglePrivate(unsigned r)
        {
            Card *&card = privateCards[r];
            if (!card || !registry(r).contains(idOf(*card))) {
                card = &newCard(r);
                card->isOnce = false;
                if (!addUnnamed(*card))
                    card = nullptr;
                return;
            }
            card->isPausedByMaker = false;
            card->goneAt.store(never);
            const bool enabled = random.oneIn(2);
            if (!inLibrary([&] { return registry(r).setEnabled(idOf(*card), enabled); }))
                return; // cleared
            if (!enabled) {
                card->isPausedByMaker = true;
                if (usesClock)
                    card->goneAt.store(storm.tick());
            }
            notify(r, 0, 0);
        }

        void clear(unsigned r)
        {
            inLibrary([&] { registry(r).clear(); });
            if (const Card *card = privateCards[r])
                STRESS_CHECK(!registry(r).contains(idOf(*card)));
        }

        void look(unsigned r)
        {
            try {
                const std::vector<HandlerInfo> rows = inLibrary([&] { return registry(r).handlers(); });
                std::set<HandlerId> ids;
                for (std::size_t i = 0; i < rows.size(); ++i) {
                    STRESS_CHECK(ids.insert(rows[i].id).second);
                    STRESS_CHECK(i == 0 || rows[i].priority <= rows[i - 1].priority);
                    STRESS_CHECK(rows[i].name.empty() || rows[i].name.ends_with("without memory"));
                    STRESS_CHECK(rows[i].registeredAt.line() != 0);
                }
            } catch (const std::bad_alloc &) {
                STRESS_CHECK(storm.m_options.allocationsFail);
            }
        }

        // Registry 0 keeps its own, so that its reports can be counted.
        void replaceReporter(unsigned r)
        {
            if (r == 0)
                return;
            if (random.oneIn(3)) {
                inLibrary([&] { registry(r).clearExceptionCallback(); });
                return;
            }
            try {
                Reporter reporter(storm);
                inLibrary([&] { registry(r).onException(std::move(reporter)); });
            } catch (const std::bad_alloc &) {
                STRESS_CHECK(storm.m_options.allocationsFail);
            }
        }

        void notify(unsigned r, unsigned depth, unsigned chain)
        {
            const Event event{.registry = r, .depth = depth, .chain = chain};
            const SignalBox::DispatchReport report = inLibrary([&] { return registry(r).notify(event); });
            STRESS_CHECK(report.called == event.called);
            STRESS_CHECK(report.failed == event.failed);
            STRESS_CHECK(report.dropped == 0);
            STRESS_CHECK(report.stoppedBy.isValid() == event.isStopped);
        }

        Storm &storm;
        const unsigned index;
        Random random;
        std::deque<Card> cards;
        std::vector<OwnedGuard> guards;
        std::vector<Card *> privateCards;
    };

    // --- what must hold afterwards ---------------------------------------------------------------

    void checkRegistries(std::deque<Worker> &workers, Worker &observer)
    {
        m_isQuiet = true;
        for (unsigned r = 0; r < m_options.registries; ++r) {
            Registry &registry = *m_registries[r];
            std::set<HandlerId> ids;
            unsigned enabled = 0;
            std::int64_t captures = 0;
            for (const HandlerInfo &row : registry.handlers()) {
                ids.insert(row.id);
                enabled += row.enabled;
            }
            STRESS_CHECK(registry.handlerCount() == ids.size());
            for (Worker &worker : workers) {
                for (Card &card : worker.cards) {
                    if (card.registry != r)
                        continue;
                    const HandlerId id = card.id.load();
                    STRESS_CHECK(id.isValid() == !card.hasFailed);
                    const bool isRegistered = registry.contains(id);
                    STRESS_CHECK(isRegistered == (ids.count(id) != 0));
                    STRESS_CHECK(!isRegistered || (card.removals == 0 && card.awaitedBy == 0));
                    STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed == !isRegistered);
                    captures += isRegistered && !card.isTrivial;
                    // Everybody is the observer now.
                    card.isPausedByMaker = false;
                    card.goneAt.store(never);
                }
            }
            const Event event{.registry = r, .depth = 0, .chain = 0};
            STRESS_CHECK(m_captures[r].live() == captures);
            STRESS_CHECK(registry.notify(event).called == enabled);
            STRESS_CHECK(event.called == enabled);
            // Those that fired once are gone.
            for (Worker &worker : workers) {
                for (Card &card : worker.cards) {
                    if (card.registry == r && ids.count(card.id.load()) && !registry.contains(card.id.load()))
                        captures -= !card.isTrivial;
                }
            }
            STRESS_CHECK(m_captures[r].live() == captures);
        }
        if (m_options.registries == 1 || !m_options.allocationsFail)
            STRESS_CHECK(m_reports.load() >= m_throws.load());
        static_cast<void>(observer);
    }

    void finish(std::deque<Worker> &workers, Worker &observer)
    {
        if (observer.random.oneIn(2)) {
            for (unsigned r = 0; r < m_options.registries; ++r) {
                m_registries[r]->clear();
                STRESS_CHECK(m_captures[r].live() == 0);
            }
        }
        if (observer.random.oneIn(2)) {
            for (Worker &worker : workers)
                worker.guards.clear();
        }
        for (auto &registry : m_registries)
            registry.reset();
        for (const Population &captures : m_captures)
            STRESS_CHECK(captures.live() == 0);
        STRESS_CHECK(m_reporters.live() == 0);
        for (Worker &worker : workers) {
            for (OwnedGuard &owned : worker.guards)
                STRESS_CHECK(!owned.guard.isActive());
            worker.guards.clear();
            for (const Card &card : worker.cards) {
                STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed);
                STRESS_CHECK(!card.hasFailed || (card.calls == 0 && !card.id.load().isValid()));
                STRESS_CHECK(!card.isOnce || card.calls <= 1);
                STRESS_CHECK(card.removals <= 1);
            }
        }
        Worker::current = nullptr;
    }

    const StormOptions m_options;
    std::vector<Population> m_captures; // of each registry
    Population m_reporters;
    std::vector<std::unique_ptr<Registry>> m_registries;
    std::vector<std::vector<std::atomic<Card *>>> m_slots;
    std::atomic<std::uint64_t> m_clock{1};
    std::atomic<std::uint64_t> m_throws{0}; // on registry 0
    std::atomic<std::uint64_t> m_reports{0}; // of all registries
    bool m_isQuiet = false; // written before and after the threads run
};

} // namespace Stress
