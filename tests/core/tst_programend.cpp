// SPDX-License-Identifier: MIT
#include "check.h"

#include <SignalBox/SyncRegistry>

#include <cstdlib>
#include <memory>
#include <thread>

#if defined(__unix__)
#    include <pthread.h>
#endif

// Registries and guards in static and thread-local objects, used before main() begins and after it has ended. One
// scenario per run, named on the command line.

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

namespace {

// The first static object, so the last to be destroyed: checks how the scenario has ended.
struct Outcome
{
    ~Outcome()
    {
        CHECK(!scenario.empty());
        CHECK(calls == expectedCalls);
        CHECK(alive == 0);
        std::fprintf(stderr, "END  %s\n", scenario.c_str());
    }

    std::string scenario;
    int calls = 0;
    int expectedCalls = 0;
    int alive = 0;
};
Outcome outcome;

struct Alive
{
    Alive() noexcept { ++outcome.alive; }
    Alive(const Alive &) noexcept : Alive() {}
    Alive &operator=(const Alive &) = delete;
    ~Alive() { --outcome.alive; }
};

auto countingHandler()
{
    return [alive = Alive()](const int &) { ++outcome.calls; };
}

HandlerGuard guardThatOutlivesItsRegistry;
Registry registry;
HandlerGuard guardThatDiesFirst;
const HandlerId registeredBeforeMain = registry.registerHandler(countingHandler(), {.name = "before main"});
const auto reportBeforeMain = registry.notify(0);

// Uses the registry when static objects are destroyed, and no thread_local of the main thread exists any more.
struct LastUser
{
    ~LastUser()
    {
        if (!isArmed)
            return;
        CHECK(registry.notify(0).called == registry.handlerCount());
        const HandlerId id = registry.registerHandler(countingHandler());
        CHECK(registry.setPriority(id, 3) && registry.setEnabled(id, false));
        CHECK(registry.unregisterAndWait(id));
        registry.registerGuard(countingHandler()).reset();
        registry.registerHandler(countingHandler(), {.priority = 5, .once = true});
        registry.notify(0);
        Registry own;
        own.registerHandler([&own](const int &event) {
            ++outcome.calls;
            if (event < 10)
                own.notify(event + 1);
        });
        own.notify(1);
    }
    bool isArmed = false;
};
LastUser lastUser;

struct ThreadLocalUser
{
    ~ThreadLocalUser()
    {
        if (isArmed)
            registry.notify(0);
    }
    bool isArmed = false;
};
thread_local ThreadLocalUser threadLocalUser;

void staticGuardsEndBeforeAndAfterTheirRegistry()
{
    guardThatOutlivesItsRegistry = registry.registerGuard(countingHandler());
    guardThatDiesFirst = registry.registerGuard(countingHandler());
    registry.notify(0);
    outcome.expectedCalls = 1 + 3;
}

void registryWorksInStaticDestructors()
{
    lastUser.isArmed = true;
    // One handler; the same and `once`; ten in the local registry.
    outcome.expectedCalls = 1 + 1 + 2 + 10;
}

void registryWorksInThreadLocalDestructorsOfTheMainThread()
{
    threadLocalUser.isArmed = true;
    registry.notify(0);
    outcome.expectedCalls = 1 + 2;
}

void captureThatOwnsItsOwnGuardDiesWithAStaticRegistry()
{
    const auto guard = std::make_shared<HandlerGuard>();
    *guard = registry.registerGuard([guard, alive = Alive()](const int &) {});
    outcome.expectedCalls = 1;
}

// A handler that ends the program when it is notified of 1, and what is expected then.
void registerExitingHandler()
{
    lastUser.isArmed = true;
    registry.registerHandler([alive = Alive()](const int &event) {
        if (event == 1)
            std::exit(0);
    }, {.priority = -1});
    // The handler registered before main() is called by that notify, too. In the destructors the exiting handler is
    // one more: it runs twice, as handlers of the same registry do.
    outcome.expectedCalls = 1 + 1 + 1 + 2 + 10;
    outcome.alive -= 1; // the capture of the handler that never returns
}

void handlerMayExitTheProgram()
{
    registerExitingHandler();
    registry.notify(1);
    CHECK(false);
}

void threadMayExitTheProgramFromInsideAHandler()
{
    registerExitingHandler();
    std::thread([] { registry.notify(1); }).join();
    CHECK(false);
}

#if defined(__unix__)
// Destructors of POSIX keys run after all thread_locals, in up to four rounds.
void registryWorksInTheLastDestructorsOfAThread()
{
    static pthread_key_t key;
    static int rounds = 0;
    CHECK(pthread_key_create(&key, [](void *value) {
              CHECK(registry.notify(0).called == 1);
              CHECK(registry.unregister(registry.registerHandler(countingHandler())));
              if (++rounds < 4)
                  pthread_setspecific(key, value);
          }) == 0);
    std::thread([] {
        threadLocalUser.isArmed = true;
        pthread_setspecific(key, &rounds);
        registry.notify(0);
    }).join();
    CHECK(rounds == 4);
    outcome.expectedCalls = 1 + 1 + 1 + 4;
}

// The destructor of a key is the thread's first use of any registry.
void firstUseOfAThreadMayBeInItsLastDestructors()
{
    static pthread_key_t key;
    CHECK(pthread_key_create(&key, [](void *) { CHECK(registry.notify(0).called == 1); }) == 0);
    int inUse = 0;
    for (int i = 0; i < 100; ++i) {
        std::thread([] { pthread_setspecific(key, &key); }).join();
        int now = 0;
        SignalBox::detail::StandardPlatform::domain().forEachRecord(
            [&](const auto &record) { now += record.inUse.load() != 0; });
        if (i == 0)
            inUse = now;
        CHECK(now == inUse);
    }
    outcome.expectedCalls = 1 + 100;
}
#endif

} // namespace

int main(int argumentCount, char **arguments)
{
    CHECK(argumentCount == 2);
    CHECK(reportBeforeMain.called == 1 && registry.contains(registeredBeforeMain));
    outcome.scenario = arguments[1];
#define SCENARIO(name) \
    if (outcome.scenario == #name) { \
        name(); \
        return 0; \
    }
    SCENARIO(staticGuardsEndBeforeAndAfterTheirRegistry)
    SCENARIO(registryWorksInStaticDestructors)
    SCENARIO(registryWorksInThreadLocalDestructorsOfTheMainThread)
    SCENARIO(captureThatOwnsItsOwnGuardDiesWithAStaticRegistry)
    SCENARIO(handlerMayExitTheProgram)
    SCENARIO(threadMayExitTheProgramFromInsideAHandler)
#if defined(__unix__)
    SCENARIO(registryWorksInTheLastDestructorsOfAThread)
    SCENARIO(firstUseOfAThreadMayBeInItsLastDestructors)
#endif
    constexpr bool isKnownScenario = false;
    CHECK(isKnownScenario);
}
