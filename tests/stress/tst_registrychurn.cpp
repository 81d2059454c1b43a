// SPDX-License-Identifier: MIT
#include "countedmemory.h"

#include <SignalBox/SyncRegistry>

#include <deque>
#include <memory>

// Registries that come and go. One may be destroyed while threads are inside its notify, by its own handlers or from
// elsewhere, as long as none is entering: here all threads meet in a handler before it is.

namespace {

using SignalBox::HandlerGuard;
using SignalBox::SyncRegistry;
using Stress::Barrier;
using Stress::Canary;
using Stress::CountedMemory;
using Stress::Population;
using Stress::Random;

struct Event
{
    int depth = 0;
};

// One registry, with handlers of which each has a canary, and a meeting place for its notifiers.
class Meeting
{
public:
    Meeting(Population &captures, unsigned notifiers, Random &random)
        : m_registry(std::make_unique<SyncRegistry<Event>>()), m_notifiers(notifiers), m_random(&random)
    {
        // The first of all: nobody goes on before everybody is inside.
        m_registry->registerHandler(
                [this, canary = Canary(captures)](const Event &event) {
                    if (event.depth == 0) {
                        m_inside.fetch_add(1);
                        Stress::waitUntil([this] { return m_inside.load() >= m_notifiers; });
                    }
                    canary.checkAlive();
                },
                {.priority = 1000});
        for (unsigned i = random.below(6); i != 0; --i)
            addBystander(captures);
    }

    SyncRegistry<Event> &registry() const noexcept { return *m_registry; }

    void addBystander(Population &captures)
    {
        const SignalBox::HandlerOptions options{.priority = static_cast<int>(m_random->below(10)),
                                                .once = m_random->oneIn(4),
                                                .enabled = !m_random->oneIn(8)};
        auto handler = [canary = Canary(captures)](const Event &) {
            canary.checkAlive();
            if (Random(reinterpret_cast<std::uintptr_t>(&canary)).oneIn(4))
                throw 1;
        };
        if (m_random->oneIn(2))
            m_registry->registerHandler(std::move(handler), options);
        else
            m_guards.push_back(m_registry->registerGuard(std::move(handler), options));
    }

    // Adds a handler that destroys the registry out of a notify nested so deep.
    void addDestroyer(Population &captures, int depth)
    {
        m_registry->registerHandler(
                [this, depth, canary = Canary(captures)](const Event &event) {
                    // Others must not be entering then.
                    if (m_isDestroyerTaken.load() && event.depth == 0)
                        return;
                    if (event.depth == 0 && m_isDestroyerTaken.exchange(true))
                        return;
                    if (event.depth < depth)
                        m_registry->notify(Event{event.depth + 1});
                    else
                        destroy();
                    canary.checkAlive();
                },
                {.priority = 5});
    }

    void destroy()
    {
        m_registry.reset();
        m_isDestroyed = true;
    }

    void waitUntilAllAreInside() const
    {
        Stress::waitUntil([this] { return m_inside.load() == m_notifiers; });
    }
    bool isDestroyed() const noexcept { return m_isDestroyed; }
    std::deque<HandlerGuard> &guards() noexcept { return m_guards; }
    void notify() const { m_registry->notify({}); }
    // For a thread that is no notifier itself, but must be awaited like one.
    void comeInside()
    {
        m_inside.fetch_add(1);
        waitUntilAllAreInside();
    }

private:
    std::unique_ptr<SyncRegistry<Event>> m_registry;
    const unsigned m_notifiers;
    Random *m_random;
    std::atomic<unsigned> m_inside{0};
    std::atomic<bool> m_isDestroyerTaken{false};
    std::atomic<bool> m_isDestroyed{false};
    std::deque<HandlerGuard> m_guards;
};

// Runs prepare(meeting), then act(meeting, index) on `threads` threads, `rounds` times; all must be gone after each.
template <class Prepare, class Act>
void meet(std::size_t rounds, unsigned threads, unsigned notifiers, Prepare &&prepare, Act &&act)
{
    Population captures;
    std::unique_ptr<Meeting> meeting;
    Barrier barrier(threads);
    std::int64_t blocks = 0;
    Stress::runThreads(threads, [&](unsigned index) {
        Random random(index);
        for (std::size_t i = rounds; i != 0; --i) {
            if (index == 0) {
                blocks = CountedMemory::liveBlocks();
                meeting = std::make_unique<Meeting>(captures, notifiers, random);
                prepare(*meeting, captures, random);
            }
            barrier.arriveAndWait();
            act(*meeting, index, random);
            barrier.arriveAndWait();
            if (index == 0) {
                STRESS_CHECK(meeting->isDestroyed());
                STRESS_CHECK(captures.live() == 0);
                for (HandlerGuard &guard : meeting->guards())
                    STRESS_CHECK(!guard.isActive());
                meeting.reset();
                STRESS_CHECK(CountedMemory::liveBlocks() == blocks);
            }
            // A thread that ends frees memory.
            barrier.arriveAndWait();
        }
    });
}

void registryMayBeDestroyedByItsOwnHandler()
{
    meet(
            Stress::scaled(8000), 3, 3,
            [](Meeting &meeting, Population &captures, Random &) { meeting.addDestroyer(captures, 0); },
            [](Meeting &meeting, unsigned, Random &) { meeting.notify(); });
}

// The destroyer's walks are nested, also deeper than a thread has hazard slots.
void registryMayBeDestroyedFromNestedNotifies()
{
    meet(
            Stress::scaled(6000), 3, 3,
            [](Meeting &meeting, Population &captures, Random &random) {
                meeting.addDestroyer(captures, static_cast<int>(random.below(14)));
            },
            [](Meeting &meeting, unsigned, Random &) { meeting.notify(); });
}

void registryMayBeDestroyedByAThreadThatIsNotInside()
{
    meet(
            Stress::scaled(8000), 3, 2, [](Meeting &, Population &, Random &) {},
            [](Meeting &meeting, unsigned index, Random &random) {
                if (index != 0) {
                    meeting.notify();
                } else {
                    meeting.waitUntilAllAreInside();
                    Stress::stagger(random);
                    meeting.destroy();
                }
            });
}

// Its guards end at the same time as the registry, and some later.
void guardsMayEndWhileTheirRegistryIsDestroyed()
{
    meet(
            Stress::scaled(8000), 3, 2,
            [](Meeting &meeting, Population &captures, Random &) {
                for (int i = 0; i < 4; ++i)
                    meeting.addBystander(captures);
            },
            [](Meeting &meeting, unsigned index, Random &random) {
                if (index == 0) {
                    meeting.notify();
                } else if (index == 1) {
                    meeting.comeInside();
                    Stress::stagger(random);
                    meeting.destroy();
                } else {
                    meeting.waitUntilAllAreInside();
                    for (std::size_t i = 0; i < meeting.guards().size() / 2; ++i) {
                        Stress::stagger(random);
                        meeting.guards()[i].reset();
                    }
                }
            });
}

// Nobody else is there: what remains is freed by the destructor itself.
void manyRegistriesLeaveNothingBehind()
{
    const std::int64_t blocks = CountedMemory::liveBlocks();
    Stress::runThreads(4, [&](unsigned index) {
        Random random(index);
        Population captures;
        for (std::size_t i = Stress::scaled(30000); i != 0; --i) {
            std::vector<HandlerGuard> guards;
            SyncRegistry<int> registry;
            registry.onException(
                    [canary = Canary(captures)](const SignalBox::ExceptionInfo &) { canary.checkAlive(); });
            for (unsigned k = random.below(4); k != 0; --k) {
                guards.push_back(registry.registerGuard([canary = Canary(captures)](const int &) { throw 1; }));
                registry.registerHandler([canary = Canary(captures)](const int &) {}, {.once = random.oneIn(2)});
            }
            registry.notify(0);
            if (random.oneIn(2))
                guards.clear();
        }
        STRESS_CHECK(captures.live() == 0);
    });
    STRESS_CHECK(CountedMemory::liveBlocks() == blocks);
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(registryMayBeDestroyedByItsOwnHandler),
                                     STRESS_NAMED(registryMayBeDestroyedFromNestedNotifies),
                                     STRESS_NAMED(registryMayBeDestroyedByAThreadThatIsNotInside),
                                     STRESS_NAMED(guardsMayEndWhileTheirRegistryIsDestroyed),
                                     STRESS_NAMED(manyRegistriesLeaveNothingBehind),
                             });
}
