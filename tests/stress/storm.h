// SPDX-License-Identifier: MIT
#pragma once

#include "stormworker.h"

// Several threads do everything a registry allows, at random, on one or several registries, from outside and from
// inside handlers. Each call of a handler checks that it may happen; at the end the cards that were kept of every
// handler, the registries and the captures must agree exactly.

namespace Stress {

class Storm
{
public:
    explicit Storm(const StormOptions &options) : m_state(options) {}

    void run()
    {
        for (auto &registry : m_state.registries)
            registry->onException(StormReporter(m_state));
        const unsigned threads = m_state.options.threads;
        for (unsigned i = 0; i <= threads; ++i)
            m_workers.emplace_back(m_state, i);
        runThreads(threads, [this](unsigned index) { m_workers[index].run(); });
        m_state.isQuiet = true;
        // The last one, who looks at what is left.
        m_workers[threads].begin();
        for (unsigned r = 0; r < m_state.registries.size(); ++r)
            checkRegistry(r);
        STRESS_CHECK(m_state.reports >= m_state.throws);
        STRESS_CHECK(m_state.reports == m_state.throws || m_state.registries.size() > 1);
        end(m_workers[threads].random());
        StormThread::current = nullptr;
    }

private:
    template <class Visit>
    void forEachCard(Visit &&visit)
    {
        for (StormWorker &worker : m_workers) {
            for (StormCard &card : worker.cards())
                visit(card);
        }
    }

    // Registry, cards and captures say the same of each handler.
    void checkRegistry(unsigned r)
    {
        StormState::Registry &registry = *m_state.registries[r];
        std::set<HandlerId> ids;
        unsigned enabled = 0;
        for (const HandlerInfo &row : registry.handlers()) {
            ids.insert(row.id);
            enabled += row.enabled;
        }
        STRESS_CHECK(registry.handlerCount() == ids.size());
        std::int64_t captures = 0;
        forEachCard([&](StormCard &card) {
            if (card.registry != r)
                return;
            const HandlerId id = card.id;
            STRESS_CHECK(id.isValid() == !card.hasFailed);
            const bool isRegistered = registry.contains(id);
            STRESS_CHECK(isRegistered == (ids.count(id) != 0));
            STRESS_CHECK(!isRegistered || (card.removals == 0 && card.awaitedBy == 0));
            STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed == !isRegistered);
            captures += isRegistered && !card.isTrivial;
            // Nobody's any more.
            card.isPausedByMaker = false;
            card.goneAt = StormCard::never;
        });
        STRESS_CHECK(m_state.captures[r].live() == captures);

        const StormEvent event{.registry = r, .depth = 0, .chain = 0};
        STRESS_CHECK(registry.notify(event).called == enabled);
        STRESS_CHECK(event.called == enabled);
        forEachCard([&](const StormCard &card) {
            if (card.registry == r && ids.count(card.id) && !registry.contains(card.id))
                captures -= !card.isTrivial; // fired once
        });
        STRESS_CHECK(m_state.captures[r].live() == captures);
    }

    // In one order or another.
    void end(Random &random)
    {
        if (random.oneIn(2)) {
            for (unsigned r = 0; r < m_state.registries.size(); ++r) {
                m_state.registries[r]->clear();
                STRESS_CHECK(m_state.captures[r].live() == 0);
            }
        }
        if (random.oneIn(2)) {
            for (StormWorker &worker : m_workers)
                worker.guards().clear();
        }
        for (auto &registry : m_state.registries)
            registry.reset();
        for (const Population &captures : m_state.captures)
            STRESS_CHECK(captures.live() == 0);
        STRESS_CHECK(m_state.reporters.live() == 0);
        for (StormWorker &worker : m_workers) {
            for (const StormWorker::OwnedGuard &owned : worker.guards())
                STRESS_CHECK(!owned.guard.isActive());
            worker.guards().clear();
        }
        forEachCard([](const StormCard &card) {
            STRESS_CHECK(card.isTrivial || card.isCaptureDestroyed);
            STRESS_CHECK(!card.hasFailed || (card.calls == 0 && !card.id.load().isValid()));
            STRESS_CHECK(!card.isOnce || card.calls <= 1);
            STRESS_CHECK(card.removals <= 1);
        });
    }

    StormState m_state;
    std::deque<StormWorker> m_workers;
};

} // namespace Stress
