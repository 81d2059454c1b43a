// SPDX-License-Identifier: MIT
#include "stress.h"

#include <SignalBox/GuardSet>
#include <SignalBox/SyncRegistry>

#include <array>

// What one thread did is visible to another where the registry says so. All data here is plain: a missing order is a wrong
// value on some machine, and a race to ThreadSanitizer on every machine. Flags between threads are relaxed, so that
// nothing but the registry orders anything.

namespace {

using SignalBox::GuardSet;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::SyncRegistry;
using Stress::Background;
using Stress::Random;

constexpr std::size_t words = 8;

// Some cache lines that are written and read as one.
struct Message
{
    std::array<std::uint64_t, words * 8> lines{};

    void write(std::uint64_t value)
    {
        for (std::size_t i = 0; i < words; ++i)
            lines[i * 8] = value + i;
    }
    bool reads(std::uint64_t value) const
    {
        for (std::size_t i = 0; i < words; ++i) {
            if (lines[i * 8] != value + i)
                return false;
        }
        return true;
    }
};

// What was written before registerHandler() is read by every call.
void whatWasDoneBeforeRegisteringIsVisibleInTheHandler()
{
    SyncRegistry<int> registry;
    const Background notifiers(2, [&](unsigned) { registry.notify(0); });
    Stress::runThreads(2, [&](unsigned index) {
        Random random(index);
        std::array<Message, 4> messages;
        std::array<HandlerGuard, 4> guards;
        for (std::uint64_t value = Stress::scaled(60000); value != 0; --value) {
            const std::size_t which = random.below(4);
            guards[which].reset();
            messages[which].write(value);
            const auto check = [&message = messages[which], value](const int &) { STRESS_CHECK(message.reads(value)); };
            guards[which] = registry.registerGuard(check, {.priority = static_cast<int>(random.below(3))});
        }
    });
}

// The same through the id, by which a third thread resumes and moves the handler.
void whatWasDoneBeforeRegisteringIsVisibleAfterAChangeByAnotherThread()
{
    SyncRegistry<int> registry;
    std::atomic<HandlerId> latest{};
    const Background notifier(1, [&](unsigned) { registry.notify(0); });
    const Background changer(1, [&](unsigned) {
        const HandlerId id = latest.load(std::memory_order_relaxed);
        registry.setEnabled(id, true);
        registry.setPriority(id, -1);
    });
    Message message;
    for (std::uint64_t value = Stress::scaled(60000); value != 0; --value) {
        message.write(value);
        const HandlerGuard guard = registry.registerGuard(
                [&message, value](const int &) { STRESS_CHECK(message.reads(value)); }, {.enabled = value % 2 == 0});
        latest.store(guard.id(), std::memory_order_relaxed);
    }
}

// One notifying thread; its handler writes, and counts its calls in plain memory.
struct Diary
{
    std::uint64_t calls = 0;
    Message message;

    void enter()
    {
        message.write(++calls);
        message.write(calls * 3);
    }
    void check() const { STRESS_CHECK(message.reads(calls * 3) || calls == 0); }
};

// Without destructor, and with one that reads what the calls wrote.
class Reader
{
public:
    explicit Reader(Diary *diary) noexcept : m_diary(diary) {}
    Reader(Reader &&other) noexcept : m_diary(std::exchange(other.m_diary, nullptr)) {}
    ~Reader()
    {
        if (m_diary) {
            m_diary->check();
            m_diary->enter();
        }
    }
    void operator()(const int &) const { m_diary->enter(); }

private:
    Diary *m_diary;
};

enum class Firing { Always, SometimesOnce };

template <class Wait>
void inTheHandler(std::size_t rounds, Firing firing, Wait &&wait)
{
    SyncRegistry<int> registry;
    const Background notifier(1, [&](unsigned) { registry.notify(0); });
    Random random(0);
    std::uint64_t calls = 0;
    for (; rounds != 0; --rounds) {
        Diary diary;
        const bool hasDestructor = random.oneIn(2);
        const SignalBox::HandlerOptions options{.priority = static_cast<int>(random.below(3)),
                                                .once = firing == Firing::SometimesOnce && random.oneIn(4)};
        HandlerGuard guard = hasDestructor ? registry.registerGuard(Reader(&diary), options)
                                           : registry.registerGuard([&diary](const int &) { diary.enter(); }, options);
        Stress::stagger(random, 256);
        wait(registry, std::move(guard), random);
        diary.check();
        STRESS_CHECK(!options.once || diary.calls <= 1 + std::uint64_t{hasDestructor});
        STRESS_CHECK(!hasDestructor || diary.calls != 0);
        calls += diary.calls;
        // Now it is this thread's.
        diary.enter();
    }
    STRESS_CHECK(calls != 0);
}

void whatTheHandlerDidIsVisibleAfterItsGuard()
{
    inTheHandler(Stress::scaled(100000), Firing::SometimesOnce,
                 [](SyncRegistry<int> &, HandlerGuard guard, Random &) { guard.reset(); });
}

// It does not wait where it removes nothing, so none that fire once.
void whatTheHandlerDidIsVisibleAfterUnregisterAndWait()
{
    inTheHandler(Stress::scaled(100000), Firing::Always, [](SyncRegistry<int> &registry, HandlerGuard guard, Random &) {
        STRESS_CHECK(registry.unregisterAndWait(guard.release()));
    });
}

void whatTheHandlerDidIsVisibleAfterAGuardSet()
{
    inTheHandler(Stress::scaled(100000), Firing::SometimesOnce,
                 [](SyncRegistry<int> &registry, HandlerGuard guard, Random &random) {
                     GuardSet guards;
                     for (unsigned i = random.below(3); i != 0; --i)
                         guards.add(registry.registerGuard([](const int &) {}));
                     guards.add(std::move(guard));
                     guards.reset();
                 });
}

// Somebody else removed it first; the guard waits all the same.
void whatTheHandlerDidIsVisibleAfterAGuardThatRemovedNothing()
{
    inTheHandler(Stress::scaled(100000), Firing::SometimesOnce,
                 [](SyncRegistry<int> &registry, HandlerGuard guard, Random &random) {
                     if (random.oneIn(2))
                         registry.clear();
                     else
                         registry.unregister(guard.id());
                     guard.reset();
                 });
}

// The thread that ran the handler has ended since, and its record serves another one.
void whatTheHandlerDidOnAThreadThatHasEndedIsVisible()
{
    SyncRegistry<int> registry;
    for (std::size_t rounds = Stress::scaled(3000); rounds != 0; --rounds) {
        Diary diary;
        HandlerGuard guard = registry.registerGuard(Reader(&diary));
        std::atomic<bool> isOver{false};
        std::thread spawner([&] {
            std::thread([&] { registry.notify(0); }).join();
            std::thread([&] {
                registry.notify(1);
                isOver.store(true, std::memory_order_relaxed);
            }).join();
        });
        Stress::waitUntil([&] { return isOver.load(std::memory_order_relaxed); });
        guard.reset();
        STRESS_CHECK(diary.calls == 3);
        diary.check();
        spawner.join();
    }
}

// Frames that are too deep for the thread's hazard slots are ordered in the same way.
void whatADeeplyNestedHandlerDidIsVisible()
{
    SyncRegistry<int> registry;
    registry.registerHandler([&](const int &levels) {
        if (levels > 0)
            registry.notify(levels - 1);
    });
    const Background notifier(1, [&](unsigned) { registry.notify(12); });
    Random random(0);
    for (std::size_t rounds = Stress::scaled(20000); rounds != 0; --rounds) {
        Diary diary;
        HandlerGuard guard = random.oneIn(2)
                ? registry.registerGuard(Reader(&diary), {.priority = 1})
                : registry.registerGuard([&diary](const int &) { diary.enter(); }, {.priority = -1});
        Stress::stagger(random, 1024);
        guard.reset();
        diary.check();
        diary.enter();
    }
}

// A capture's destructor sees what all calls did, on whichever thread it runs.
void whatCallsDidIsVisibleInTheDestructorOfTheCapture()
{
    struct Tally
    {
        std::array<std::uint64_t, 2> calls{}; // of each notifier
        std::atomic<std::uint64_t> destroyed{0};
    };
    class Counter
    {
    public:
        explicit Counter(Tally *tally) noexcept : m_tally(tally) {}
        Counter(Counter &&other) noexcept : m_tally(std::exchange(other.m_tally, nullptr)) {}
        ~Counter()
        {
            if (!m_tally)
                return;
            // Reads and writes what the notifiers wrote.
            const std::uint64_t sum = m_tally->calls[0] + m_tally->calls[1];
            m_tally->calls = {sum, 0};
            m_tally->destroyed.store(1, std::memory_order_release);
        }
        void operator()(const unsigned &notifier) const { ++m_tally->calls.at(notifier); }

    private:
        Tally *m_tally;
    };
    SyncRegistry<unsigned> registry;
    const Background notifiers(2, [&](unsigned index) { registry.notify(index); });
    Random random(0);
    for (std::size_t rounds = Stress::scaled(60000); rounds != 0; --rounds) {
        Tally tally;
        const HandlerId id = registry.registerHandler(Counter(&tally));
        Stress::stagger(random, 256);
        // Does not wait: the last one to leave destroys the capture.
        STRESS_CHECK(registry.unregister(id));
        Stress::waitUntil([&] { return tally.destroyed.load(std::memory_order_acquire) != 0; });
        STRESS_CHECK(tally.calls[1] == 0);
    }
}

} // namespace

int main(int argc, char **argv)
{
    return Stress::runChecks(argc, argv,
                             {
                                     STRESS_NAMED(whatWasDoneBeforeRegisteringIsVisibleInTheHandler),
                                     STRESS_NAMED(whatWasDoneBeforeRegisteringIsVisibleAfterAChangeByAnotherThread),
                                     STRESS_NAMED(whatTheHandlerDidIsVisibleAfterItsGuard),
                                     STRESS_NAMED(whatTheHandlerDidIsVisibleAfterUnregisterAndWait),
                                     STRESS_NAMED(whatTheHandlerDidIsVisibleAfterAGuardSet),
                                     STRESS_NAMED(whatTheHandlerDidIsVisibleAfterAGuardThatRemovedNothing),
                                     STRESS_NAMED(whatTheHandlerDidOnAThreadThatHasEndedIsVisible),
                                     STRESS_NAMED(whatADeeplyNestedHandlerDidIsVisible),
                                     STRESS_NAMED(whatCallsDidIsVisibleInTheDestructorOfTheCapture),
                             });
}
