// SPDX-License-Identifier: MIT
#include "../core/check.h"
#include "../core/gate.h"
#include "coreplugin.h"
#include "module.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

// A plugin that lets go of its handlers can be unloaded: nothing of the library calls or reads its code afterwards.

using Registry = SignalBox::SyncRegistry<Message>;

namespace {

constexpr const char *pluginFile = PLUGIN_FILE;

// The plugin, loaded and told to begin.
class LoadedPlugin
{
public:
    explicit LoadedPlugin(CoreHost &host) : m_module(pluginFile) { m_module.function<BeginPlugin>("beginPlugin")(&host); }
    void end()
    {
        m_module.function<EndPlugin>("endPlugin")();
        m_module.unload();
    }

private:
    Module m_module;
};

// Has the registry free what lists no longer contain.
void reclaim(Registry &registry)
{
    for (int i = 0; i < 200; ++i)
        registry.unregister(registry.registerHandler([](const Message &) {}));
}

class Notifiers
{
public:
    explicit Notifiers(Registry &registry)
    {
        for (int i = 0; i < 2; ++i) {
            m_threads.emplace_back([&] {
                for (std::uint64_t number = 0; !m_isStopped.load(std::memory_order_relaxed); ++number)
                    registry.notify({number});
            });
        }
    }
    Notifiers(const Notifiers &) = delete;
    Notifiers &operator=(const Notifiers &) = delete;
    ~Notifiers()
    {
        m_isStopped = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }

private:
    std::atomic<bool> m_isStopped = false;
    std::vector<std::thread> m_threads;
};

void awaitCallsOfEachKind(CoreHost &host)
{
    for (std::atomic<std::uint64_t> &calls : host.calls) {
        while (calls.load(std::memory_order_relaxed) == 0)
            std::this_thread::yield();
    }
}

void pluginIsLoadedAndUnloadedAHundredTimesWhileThreadsNotify()
{
    Registry registry;
    std::atomic<std::uint64_t> ownCalls = 0;
    std::atomic<std::uint64_t> exceptions = 0;
    registry.registerHandler([&](const Message &) { ownCalls.fetch_add(1, std::memory_order_relaxed); });
    registry.onException([&](const SignalBox::ExceptionInfo &info) { exceptions += info.message() == "the plugin's own"; });
    const Notifiers notifiers(registry);
    for (int round = 0; round < 100; ++round) {
        const std::uint64_t ownCallsBefore = ownCalls;
        const std::uint64_t exceptionsBefore = exceptions;
        CoreHost host{&registry};
        LoadedPlugin plugin(host);
        CHECK(isLoaded(pluginFile));
        awaitCallsOfEachKind(host);
        plugin.end();
        CHECK(!isLoaded(pluginFile));
        CHECK(host.callsOf(Kind::Once) == 1);
        CHECK(registry.handlerCount() == 1);
        CHECK(exceptions > exceptionsBefore);
        reclaim(registry);
        CHECK(ownCalls > ownCallsBefore);
    }
}

void pluginIsNotUnloadedWhileAThreadIsInsideItsHandler()
{
    static Gate gate;
    Registry registry;
    CoreHost host{&registry};
    host.inside = [] { gate.pass(); };
    LoadedPlugin plugin(host);
    std::atomic<bool> isEnded = false;
    std::thread ender;
    {
        Visitor visitor(gate, [&] { registry.notify({0}); });
        ender = std::thread([&] {
            plugin.end();
            isEnded = true;
        });
        while (registry.handlerCount() != 0)
            std::this_thread::yield();
        giveWay();
        CHECK(!isEnded);
        CHECK(isLoaded(pluginFile));
    }
    ender.join();
    CHECK(!isLoaded(pluginFile));
    reclaim(registry);
}

// The list that the thread walks still contains the plugin's handlers.
void walkThatBeganBeforeTheEndPassesOverThePlugin()
{
    Gate gate;
    Registry registry;
    CoreHost host{&registry};
    registry.registerHandler([&](const Message &) { gate.pass(); }, {.priority = 100});
    LoadedPlugin plugin(host);
    {
        Visitor visitor(gate, [&] { CHECK(registry.notify({0}).called == 1); });
        plugin.end();
        CHECK(!isLoaded(pluginFile));
    }
    for (const std::atomic<std::uint64_t> &calls : host.calls)
        CHECK(calls == 0);
    reclaim(registry);
}

void pluginMayOutliveTheRegistry()
{
    auto registry = std::make_unique<Registry>();
    CoreHost host{registry.get()};
    LoadedPlugin plugin(host);
    registry->notify({0});
    registry.reset();
    plugin.end();
    CHECK(!isLoaded(pluginFile));
    Registry other;
    reclaim(other);
}

} // namespace

int main()
{
    RUN(pluginIsLoadedAndUnloadedAHundredTimesWhileThreadsNotify);
    RUN(pluginIsNotUnloadedWhileAThreadIsInsideItsHandler);
    RUN(walkThatBeganBeforeTheEndPassesOverThePlugin);
    RUN(pluginMayOutliveTheRegistry);
    return 0;
}
