// SPDX-License-Identifier: MIT
//
// The examples in the comments of Core's headers: quotations.cmake compares them with this file, and here they run.
#include "../core/check.h"

#include <SignalBox/EventRegistry>
#include <SignalBox/GuardSet>
#include <SignalBox/HandlerGuard>
#include <SignalBox/RunningHandler>
#include <SignalBox/SparseStorage>
#include <SignalBox/SyncRegistry>
#include <SignalBox/WaitReport>
#include <SignalBox/WatchSender>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <semaphore.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

struct Saved
{
    const char *path = "";
};

struct Closed
{
};

struct Order
{
    int amount = 1;
};

struct Settings
{
    std::string title = "day";
    int volume = 50;

    static Settings load() { return {}; }
};

std::vector<std::string> written;

void log(const std::string &text)
{
    written.push_back(text);
}

void show(const std::string &text)
{
    written.push_back(text);
}

void onSaved(const Saved &) {}
void onClosed(const Closed &) {}
void audit(const Order &) {}
void rollBack(const Order &)
{
    written.push_back("rolled back");
}

void apply(const Settings &settings)
{
    written.push_back(settings.title);
}

bool isLast(const Saved &file)
{
    return std::string_view(file.path) == "last.txt";
}

bool hasWoken = false;
constexpr auto wakeMainLoop = []() noexcept { hasWoken = true; };

void syncRegistry()
{
    written.clear();
    SignalBox::SyncRegistry<Saved> registry;
    registry.registerHandler([](const Saved &file) { log(file.path); }, {.priority = 100, .name = "log"});
    registry.notify(Saved{"a.txt"});
    CHECK(written == std::vector<std::string>{"a.txt"});
}

class Document
{
public:
    SignalBox::Registrar<Saved> saved() { return m_saved.registrar(); }
    void save() { m_saved.notify(Saved{"a.txt"}); }

private:
    SignalBox::SyncRegistry<Saved> m_saved;
};

void registrar()
{
    written.clear();
    Document document;
    document.saved().registerHandler([](const Saved &file) { show(file.path); });
    document.save();
    CHECK(written == std::vector<std::string>{"a.txt"});
}

void dispatchReport()
{
    written.clear();
    SignalBox::SyncRegistry<Order> registry;
    registry.registerHandler([](const Order &order) {
        return order.amount > 0 ? SignalBox::Propagation::Continue : SignalBox::Propagation::Stop;
    }, {.priority = 100, .name = "validation"});
    registry.registerHandler(audit, {.priority = 100, .name = "audit"});

    const Order order{0};
    const SignalBox::DispatchReport report = registry.notify(order);
    if (report.failed != 0 || report.stoppedBy.isValid())
        rollBack(order);
    CHECK(report.called == 1);
    CHECK(written == std::vector<std::string>{"rolled back"});
}

void exceptionInfo()
{
    SignalBox::SyncRegistry<Order> registry;
    registry.onException([](const SignalBox::ExceptionInfo &info) {
        std::cerr << info.handlerName() << " failed: " << info.message() << '\n';
    });
    registry.registerHandler([](const Order &) { throw std::runtime_error("disk full"); }, {.name = "backup"});
    CHECK(registry.notify({}).failed == 1);
}

void runningHandler()
{
    SignalBox::SyncRegistry<Saved> registry;
    registry.registerHandler([&registry](const Saved &file) {
        if (isLast(file))
            registry.unregister(SignalBox::runningHandler());
    });
    registry.notify(Saved{"a.txt"});
    CHECK(registry.handlerCount() == 1);
    registry.notify(Saved{"last.txt"});
    CHECK(registry.isEmpty());
}

void handlerGuard()
{
    written.clear();
    SignalBox::SyncRegistry<Saved> registry;
    {
        const auto guard = registry.registerGuard([](const Saved &file) { show(file.path); });
        registry.notify(Saved{"a.txt"}); // shown
    }
    registry.notify(Saved{"b.txt"}); // not shown
    CHECK(written == std::vector<std::string>{"a.txt"});
}

void guardSet()
{
    SignalBox::SyncRegistry<Saved> saved;
    SignalBox::SyncRegistry<Closed> closed;
    SignalBox::GuardSet guards;
    guards.add(saved.registerGuard(onSaved));
    guards.add(closed.registerGuard(onClosed));
    guards.reset(); // nobody is inside any of them any more
    CHECK(saved.isEmpty() && closed.isEmpty());
}

void handlerId()
{
    SignalBox::SyncRegistry<Order> registry;
    const SignalBox::HandlerId id = registry.registerHandler(audit);
    std::map<SignalBox::HandlerId, std::string> owners{{id, "audit"}};
    registry.unregister(id); // true once
    registry.unregister(id); // false ever after
    CHECK(!registry.contains(id));
}

void handlerInfo()
{
    SignalBox::SyncRegistry<Order> registry;
    registry.registerHandler(audit, {.priority = 100, .name = "audit"});
    for (const SignalBox::HandlerInfo &handler : registry.handlers())
        std::cout << handler.priority << ' ' << handler.name << ", line " << handler.registeredAt.line() << '\n';
    CHECK(registry.handlers().size() == 1);
}

void eventRegistry()
{
    written.clear();
    SignalBox::EventRegistry<> events{SignalBox::VectorStorage(2), wakeMainLoop};
    const auto overrun = events.registerListener(0);
    const auto guard = overrun.onChanged([] { log("audio buffer overrun"); });
    events.recordEvent(0); // in the real-time thread
    events.broadcast();    // in the main loop, when woken
    CHECK(hasWoken);
    CHECK(written == std::vector<std::string>{"audio buffer overrun"});
}

struct OnlyEvent
{
    SignalBox::EventInfo *find(SignalBox::EventId id) noexcept { return id == 7 ? event.get() : nullptr; }
    void forEach(auto visit) { visit(*event); }

    std::unique_ptr<SignalBox::EventInfo> event = std::make_unique<SignalBox::EventInfo>();
};
static_assert(SignalBox::EventStorage<OnlyEvent>);

void ownStorage()
{
    SignalBox::EventRegistry<OnlyEvent> events{OnlyEvent()};
    const auto listener = events.registerListener(7);
    events.recordEvent(7);
    CHECK(events.broadcast());
    CHECK(listener.hasChanged());
}

void sparseStorage()
{
    SignalBox::EventRegistry<SignalBox::SparseStorage> events{SignalBox::SparseStorage({2, 15, 400})};
    const auto listener = events.registerListener(400);
    events.recordEvent(15);
    events.broadcast();
    CHECK(!listener.hasChanged());
}

void vectorStorage()
{
    SignalBox::EventRegistry<SignalBox::VectorStorage> events{SignalBox::VectorStorage(2)};
    const auto listener = events.registerListener(1);
    events.recordEvent(1);
    events.broadcast();
    CHECK(listener.hasChanged());
}

void wakeFunction()
{
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    SignalBox::EventRegistry<> events{SignalBox::VectorStorage(4), [&semaphore]() noexcept { sem_post(&semaphore); }};
    events.recordEvent(3);
    CHECK(sem_trywait(&semaphore) == 0);
    sem_destroy(&semaphore);
}

void waitReport()
{
    SignalBox::setWaitReportCallback([](const SignalBox::WaitReport &report) noexcept {
        std::fprintf(stderr, "waiting for the handler of line %u\n", unsigned(report.awaited.registeredAt.line()));
    });
    CHECK(SignalBox::setWaitReportCallback(nullptr) != nullptr);
}

void watchSender()
{
    written.clear();
    SignalBox::WatchSender<Settings> sender(Settings::load());
    auto receiver = sender.subscribe();
    const auto guard = receiver.onChanged([](const Settings &settings) { apply(settings); });
    sender.send(Settings{"night", 80});
    CHECK(written == std::vector<std::string>{"night"});
}

void initialCall()
{
    written.clear();
    SignalBox::WatchSender<Settings> sender;
    const SignalBox::WatchReceiver<Settings> settings = sender.subscribe();
    const auto guard = settings.onChanged([](const Settings &latest) { apply(latest); }, SignalBox::InitialCall::Yes);
    CHECK(written == std::vector<std::string>{"day"});
}

void follow(const SignalBox::WatchSender<Settings> &sender)
{
    SignalBox::WatchReceiver<Settings> settings = sender.subscribe();
    while (settings.waitForChange() == SignalBox::WaitOutcome::Changed)
        apply(settings.value());
}

void watchReceiver()
{
    written.clear();
    SignalBox::WatchSender<Settings> sender;
    std::thread follower([&sender] { follow(sender); });
    while (sender.isClosed())
        std::this_thread::yield();
    sender.send(Settings{"night", 80});
    { const auto ended = std::move(sender); }
    follower.join();
    CHECK(written == std::vector<std::string>{"night"});
}

void watchSnapshot()
{
    SignalBox::WatchSender<Settings> sender;
    const SignalBox::WatchReceiver<Settings> settings = sender.subscribe();
    const SignalBox::WatchSnapshot<Settings> latest = settings.snapshot();
    std::cout << "version " << latest.version << ": " << latest.value->title << '\n';
    CHECK(latest.version == 0);
}

void waitOutcome()
{
    SignalBox::WatchSender<Settings> sender;
    SignalBox::WatchReceiver<Settings> settings = sender.subscribe();
    sender.send(Settings{"night", 80});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    if (settings.waitForChange(deadline) == SignalBox::WaitOutcome::TimedOut)
        std::cerr << "no settings after five seconds\n";
    CHECK(!settings.hasChanged());
}

} // namespace

int main()
{
    RUN(syncRegistry);
    RUN(registrar);
    RUN(dispatchReport);
    RUN(exceptionInfo);
    RUN(runningHandler);
    RUN(handlerGuard);
    RUN(guardSet);
    RUN(handlerId);
    RUN(handlerInfo);
    RUN(eventRegistry);
    RUN(ownStorage);
    RUN(sparseStorage);
    RUN(vectorStorage);
    RUN(wakeFunction);
    RUN(waitReport);
    RUN(watchSender);
    RUN(initialCall);
    RUN(watchReceiver);
    RUN(watchSnapshot);
    RUN(waitOutcome);
    return 0;
}
