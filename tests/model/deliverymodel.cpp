// SPDX-License-Identifier: MIT
#include "relacyplatform.h"
#include "simulation.h"

#include <SignalBox/qt/detail/backlogring.h>
#include <SignalBox/qt/detail/deliveryqueue.h>
#include <SignalBox/qt/detail/wakeup.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

// The lock-free parts of the Qt layer: the queue of a mailbox, the ring of a backlog, and the wake-up of both.
//   deliverymodel pass [iterations]             every scenario must pass
//   deliverymodel weaken [iterations]           each order of the table, weakened, must make its scenario fail
//   deliverymodel search [iterations]           which scenario fails for which weakened order
//   deliverymodel show iterations SCENARIO      the history of the schedule that fails

namespace Model {
namespace {

using SignalBox::detail::BacklogRing;
using SignalBox::detail::DeliveryQueue;
using SignalBox::detail::DeliverySite;
using SignalBox::detail::WakeUp;

std::optional<DeliverySite> weakenedSite;
Weakening siteWeakening = Weakening::None;

struct DeliveryModel
{
    template <class T>
    using Atomic = Model::Atomic<T>;

    static std::memory_order order(DeliverySite site, std::memory_order order)
    {
        if (weakenedSite != site)
            return order;
        if (siteWeakening == Weakening::Relaxed)
            return std::memory_order_relaxed;
        return order == std::memory_order_seq_cst ? std::memory_order_acq_rel : order;
    }
};

// What producers hand over. Reading the value unordered is a race that Relacy sees.
struct Parcel
{
    Parcel() = default;
    Parcel(unsigned itsProducer, unsigned itsNumber) : producer(itsProducer) { number($) = itsNumber; }

    std::uint64_t ticket() const { return itsTicket; }
    void setTicket(std::uint64_t ticket) { itsTicket = ticket; }

    Atomic<Parcel *> next;
    std::uint64_t itsTicket = 0;
    unsigned producer = 0;
    rl::var<unsigned> number;
};

// Producers call, the consumer waits for a call, or for the end of all producers: what it has not been called for by
// then was lost.
class Calls
{
public:
    void call() { m_count.fetch_add(1, std::memory_order_acq_rel); }
    void leave() { m_left.fetch_add(1, std::memory_order_acq_rel); }
    // False: all have left, and no call is open.
    bool wait(int producers)
    {
        for (;;) {
            const bool haveAllLeft = m_left.load(std::memory_order_acquire) == producers;
            if (m_count.load(std::memory_order_acquire) != 0) {
                m_count.fetch_sub(1, std::memory_order_acq_rel);
                return true;
            }
            if (haveAllLeft)
                return false;
            rl::yield(1, $);
        }
    }

private:
    Atomic<int> m_count{0};
    Atomic<int> m_left{0};
};

// What the consumer has seen, and that each producer's parcels come in order.
struct Received
{
    std::array<int, 4> last{-1, -1, -1, -1};
    unsigned count = 0;

    void take(Parcel *parcel)
    {
        const int number = static_cast<int>(static_cast<unsigned>(parcel->number($)));
        RL_ASSERT(number > last.at(parcel->producer));
        last.at(parcel->producer) = number;
        ++count;
        delete parcel;
    }
};

template <class Derived, int producers, unsigned parcels>
struct QueueScenario : rl::test_suite<Derived, producers + 1>
{
    using Queue = DeliveryQueue<DeliveryModel, Parcel>;

    void before()
    {
        queue = std::make_unique<Queue>();
        wakeUp = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        received = {};
        isAlive($) = 1;
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else
            consume();
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            // As Mailbox::push().
            auto *parcel = new Parcel(producer, i);
            Parcel *before = queue->append(parcel);
            const bool isFirst = wakeUp->raise();
            static_cast<void>(static_cast<int>(isAlive($)));
            Queue::link(before, parcel);
            if (isFirst)
                calls->call();
        }
        calls->leave();
    }
    void consume()
    {
        while (calls->wait(producers)) {
            wakeUp->clear();
            for (;;) {
                const auto result = queue->pop();
                if (result.state == Queue::State::Blocked) {
                    // Comes back by itself, as a drain does.
                    wakeUp->keepRaised();
                    calls->call();
                }
                if (result.state != Queue::State::Taken)
                    break;
                received.take(result.node);
                // With the last entry go all reservations: what a producer still has to do must not need the queue.
                if (received.count == producers * parcels) {
                    RL_ASSERT(queue->isEmpty());
                    isAlive($) = 0;
                    return;
                }
            }
        }
    }
    void after()
    {
        RL_ASSERT(received.count == producers * parcels);
        queue.reset();
        wakeUp.reset();
        calls.reset();
    }

    rl::var<int> isAlive; // queue and wake-up; plain: to end them while a producer is there is a race
    std::unique_ptr<Queue> queue;
    std::unique_ptr<WakeUp<DeliveryModel>> wakeUp;
    std::unique_ptr<Calls> calls;
    Received received;
};

struct OneProducer : QueueScenario<OneProducer, 1, 3>
{
};
struct TwoProducers : QueueScenario<TwoProducers, 2, 2>
{
};

// The consumer goes away in the middle of it: each parcel is received, or dropped by it or by a producer that finds it gone.
template <class Derived, int producers, unsigned parcels>
struct ClosingScenario : rl::test_suite<Derived, producers + 1>
{
    using Queue = DeliveryQueue<DeliveryModel, Parcel>;

    void before()
    {
        queue = std::make_unique<Queue>();
        wakeUp = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        end = std::make_unique<Parcel>();
        isEndTaken($) = 0;
        taken($) = 0;
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else
            consume();
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            auto *parcel = new Parcel(producer, i);
            Parcel *before = queue->append(parcel);
            const bool isFirst = wakeUp->raise();
            Queue::link(before, parcel);
            if (!isFirst)
                continue;
            if (wakeUp->isClosed())
                dropAll();
            else
                calls->call();
        }
        calls->leave();
    }
    void consume()
    {
        if (calls->wait(producers)) {
            wakeUp->clear();
            take();
        }
        // As Mailbox::close().
        wakeUp->close();
        Queue::link(queue->append(end.get()), end.get());
        for (bool isOver = false; !isOver;) {
            dropAll();
            mutex.lock($);
            isOver = static_cast<int>(isEndTaken($)) != 0;
            mutex.unlock($);
            if (!isOver)
                rl::yield(1, $);
        }
    }
    // As Mailbox::dropAll().
    void dropAll()
    {
        for (bool hasTaken = true; hasTaken;) {
            mutex.lock($);
            hasTaken = wakeUp->isClosed() && take();
            mutex.unlock($);
        }
    }
    bool take()
    {
        const auto result = queue->pop();
        if (result.state != Queue::State::Taken)
            return false;
        if (result.node == end.get()) {
            isEndTaken($) = 1;
            return true;
        }
        static_cast<void>(static_cast<unsigned>(result.node->number($)));
        delete result.node;
        taken($) = static_cast<unsigned>(taken($)) + 1;
        return true;
    }
    void after()
    {
        RL_ASSERT(static_cast<unsigned>(taken($)) == producers * parcels);
        queue.reset();
        wakeUp.reset();
        calls.reset();
        end.reset();
    }

    rl::mutex mutex; // guards what follows, and the consumer's side of the queue, while that is closed
    rl::var<int> isEndTaken;
    rl::var<unsigned> taken;
    std::unique_ptr<Queue> queue;
    std::unique_ptr<WakeUp<DeliveryModel>> wakeUp;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Parcel> end;
};

struct ClosedForOne : ClosingScenario<ClosedForOne, 1, 2>
{
};
struct ClosedForTwo : ClosingScenario<ClosedForTwo, 2, 2>
{
};

enum class Full { LosesOldest, LosesNewest };

template <class Derived, int producers, unsigned parcels, unsigned capacity, Full full>
struct RingScenario : rl::test_suite<Derived, producers + 1>
{
    using Ring = BacklogRing<DeliveryModel, Parcel>;

    void before()
    {
        ring = std::make_unique<Ring>(capacity);
        visit = std::make_unique<WakeUp<DeliveryModel>>(WakeUp<DeliveryModel>::Idle);
        calls = std::make_unique<Calls>();
        lost = std::make_unique<Atomic<unsigned>>(0);
        received = {};
    }
    void thread(unsigned index)
    {
        if (index < producers)
            produce(index);
        else
            consume();
    }
    void lose(Parcel *parcel)
    {
        static_cast<void>(static_cast<unsigned>(parcel->number($)));
        delete parcel;
        lost->fetch_add(1, std::memory_order_relaxed);
    }
    void produce(unsigned producer)
    {
        for (unsigned i = 0; i < parcels; ++i) {
            auto *parcel = new Parcel(producer, i);
            if constexpr (full == Full::LosesNewest) {
                if (!ring->pushIfRoom(parcel))
                    lose(parcel);
            } else {
                ring->push(parcel, [this](Parcel *out) { lose(out); });
            }
            if (visit->raise())
                calls->call();
        }
        calls->leave();
    }
    void takeOne()
    {
        Parcel *parcel = ring->pop([this](Parcel *out) { lose(out); });
        if (parcel == nullptr)
            return;
        if constexpr (full == Full::LosesNewest)
            ring->release();
        if (!ring->isEmpty() && visit->raise())
            calls->call();
        received.take(parcel);
    }
    void consume()
    {
        while (calls->wait(producers)) {
            visit->clear();
            takeOne();
        }
    }
    void after()
    {
        RL_ASSERT(received.count + lost->load(std::memory_order_relaxed) == producers * parcels);
        RL_ASSERT(ring->isEmpty());
        if constexpr (full == Full::LosesOldest) {
            // The newest of some producer always arrives.
            bool isNewestReceived = false;
            for (int last : received.last)
                isNewestReceived |= last == static_cast<int>(parcels) - 1;
            RL_ASSERT(isNewestReceived);
        }
        ring.reset();
        visit.reset();
        calls.reset();
        lost.reset();
    }

    std::unique_ptr<Ring> ring;
    std::unique_ptr<WakeUp<DeliveryModel>> visit;
    std::unique_ptr<Calls> calls;
    std::unique_ptr<Atomic<unsigned>> lost;
    Received received;
};

struct LatestOfOne : RingScenario<LatestOfOne, 1, 3, 1, Full::LosesOldest>
{
};
struct LatestOfTwo : RingScenario<LatestOfTwo, 2, 2, 1, Full::LosesOldest>
{
};
struct BoundedOfOne : RingScenario<BoundedOfOne, 1, 4, 2, Full::LosesOldest>
{
};
struct BoundedOfTwo : RingScenario<BoundedOfTwo, 2, 3, 2, Full::LosesOldest>
{
};
struct BoundedOfThree : RingScenario<BoundedOfThree, 3, 2, 2, Full::LosesOldest>
{
};
struct NewestLost : RingScenario<NewestLost, 2, 2, 1, Full::LosesNewest>
{
};
struct NewestLostOfTwo : RingScenario<NewestLostOfTwo, 2, 2, 2, Full::LosesNewest>
{
};

#define SIGNALBOX_SCENARIO(name) Row{#name, &runScenario<name>}
constexpr Row scenarios[] = {
        SIGNALBOX_SCENARIO(OneProducer),  SIGNALBOX_SCENARIO(TwoProducers), SIGNALBOX_SCENARIO(ClosedForOne),
        SIGNALBOX_SCENARIO(ClosedForTwo), SIGNALBOX_SCENARIO(LatestOfOne),
        SIGNALBOX_SCENARIO(LatestOfTwo),  SIGNALBOX_SCENARIO(BoundedOfOne), SIGNALBOX_SCENARIO(BoundedOfTwo),
        SIGNALBOX_SCENARIO(BoundedOfThree), SIGNALBOX_SCENARIO(NewestLost), SIGNALBOX_SCENARIO(NewestLostOfTwo),
};
#undef SIGNALBOX_SCENARIO

struct Site
{
    DeliverySite site;
    const char *name;
};
#define SIGNALBOX_SITE(name) Site{DeliverySite::name, #name}
constexpr Site sites[] = {
        SIGNALBOX_SITE(AppendEntry), SIGNALBOX_SITE(LinkEntry),   SIGNALBOX_SITE(FollowLink),
        SIGNALBOX_SITE(CompareLast), SIGNALBOX_SITE(RaiseWakeUp), SIGNALBOX_SITE(ClearWakeUp),
        SIGNALBOX_SITE(TakeTicket),  SIGNALBOX_SITE(ReadTickets), SIGNALBOX_SITE(StoreItem),
        SIGNALBOX_SITE(TakeItem),    SIGNALBOX_SITE(MoveFirst),   SIGNALBOX_SITE(ReadFirst),
        SIGNALBOX_SITE(LookAgain),   SIGNALBOX_SITE(CountItem),
};
#undef SIGNALBOX_SITE

// The rows of the table in src/ARCHITECTURE.md: this order weakened, that scenario fails.
struct Weakened
{
    DeliverySite site;
    Weakening weakening;
    const char *scenario;
};
constexpr Weakened table[] = {
        {DeliverySite::AppendEntry, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::AppendEntry, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::LinkEntry, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::FollowLink, Weakening::Relaxed, "OneProducer"},
        {DeliverySite::CompareLast, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::RaiseWakeUp, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::ClearWakeUp, Weakening::NotSequential, "OneProducer"},
        {DeliverySite::TakeTicket, Weakening::NotSequential, "BoundedOfOne"},
        {DeliverySite::ReadTickets, Weakening::NotSequential, "BoundedOfOne"},
        {DeliverySite::StoreItem, Weakening::Relaxed, "LatestOfOne"},
};

int weakenAll(unsigned long iterations)
{
    int failures = 0;
    for (const Weakened &weakened : table) {
        weakenedSite = weakened.site;
        siteWeakening = weakened.weakening;
        const bool noticed = !runQuietly(rowOf(scenarios, weakened.scenario), iterations);
        std::cout << (noticed ? "pass " : "FAIL ") << siteName(sites, weakened.site) << ", "
                  << nameOf(weakened.weakening) << ": " << weakened.scenario
                  << (noticed ? " notices" : " does not notice") << std::endl;
        failures += !noticed;
    }
    return failures;
}

int search(unsigned long iterations)
{
    for (const Site &site : sites) {
        for (const Weakening weakening : {Weakening::Relaxed, Weakening::NotSequential}) {
            weakenedSite = site.site;
            siteWeakening = weakening;
            std::cout << site.name << ", " << nameOf(weakening) << ", "
                      << firstFailure(scenarios, iterations) << std::endl;
        }
    }
    return 0;
}

} // namespace
} // namespace Model

int main(int argc, char **argv)
{
    using namespace Model;
    const std::string_view command = argc > 1 ? argv[1] : "pass";
    const unsigned long iterations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 5000;
    if (command == "pass")
        return runAll(scenarios, iterations);
    if (command == "weaken")
        return weakenAll(iterations);
    if (command == "search")
        return search(iterations);
    if (command == "show" && argc > 3)
        return rowOf(scenarios, argv[3]).run(iterations, std::cout) ? 0 : 1;
    std::cerr << "usage: deliverymodel pass|weaken|search [ITERATIONS]\n"
                 "       deliverymodel show ITERATIONS SCENARIO\n";
    return 2;
}
