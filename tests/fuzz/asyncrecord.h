// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

// What the fuzz target of AsyncRegistry knows of events and handlers, written down in the plainest way.

inline constexpr unsigned placeCount = 3; // threads: the main thread and two others
inline constexpr unsigned contextCount = 4;
inline constexpr unsigned registryCount = 2;

[[noreturn]] inline void fail(const char *claim, int line)
{
    std::fprintf(stderr, "fuzz_asyncregistry, line %d: not so: %s\n", line, claim);
    std::abort();
}

#define REQUIRE(claim) ((claim) ? void() : fail(#claim, __LINE__))

class AsyncEvent
{
public:
    // Free: of a sequential notify, whose steps take their own time; and of an event that an inline handler posts to its
    // own registry, which reaches the handlers behind that one before the event that is being posted does.
    enum class Order { Kept, Free };

    AsyncEvent(unsigned eventProducer, unsigned eventNumber, Order eventOrder)
        : producer(eventProducer), number(eventNumber), order(eventOrder)
    {
        ++alive;
    }
    AsyncEvent(const AsyncEvent &other) : AsyncEvent(other.producer, other.number, other.order) {}
    AsyncEvent &operator=(const AsyncEvent &) = delete;
    ~AsyncEvent() { --alive; }

    unsigned producer; // the place that posted it
    unsigned number; // of all events of its input
    Order order;

    static inline std::atomic<int> alive = 0;
};

enum class TargetKind { Inline, Context, Thread, Pool };

// What a handler does when it is called.
enum class Action {
    Nothing,
    Throw,
    Stop,
    PostHere,
    PostToTheOther,
    UnregisterSelf,
    UnregisterAnother,
    PauseSelf,
    DeleteContext,
    MoveContext,
    Turn, // of its own thread's event loop
    TurnElsewhere,
    DestroyRegistry,
};
inline constexpr unsigned actionCount = 13;

struct AsyncRecord
{
    SignalBox::HandlerId id;
    unsigned registry = 0;
    TargetKind kind = TargetKind::Inline;
    unsigned target = 0; // a context or a place
    Action action = Action::Nothing;
    unsigned argument = 0; // of the action
    bool isOnce = false;
    bool isEnabled = true;
    bool isLate = false; // its backlog waits for an hour
    bool hasEnded = false;
    bool isExact = true; // `offered` is what was offered, and not more
    unsigned offered = 0; // events
    std::atomic<unsigned> calls = 0;
    std::array<unsigned, placeCount> last{}; // the number of the last event of each producer
};

struct AsyncPromise
{
    QFuture<SignalBox::DispatchReport> report;
    unsigned registry = 0;
    unsigned offered = 0; // to so many handlers
    bool isExact = true;
};
