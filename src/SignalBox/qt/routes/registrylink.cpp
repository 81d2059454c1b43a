// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/registrylink.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/runninghandler.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/qt/observing/loopwatch_p.h>
#include <SignalBox/qt/observing/tracer_p.h>

#include <exception>
#include <functional>
#include <new>
#include <utility>

namespace SignalBox::detail {

RegistryLink::RegistryLink(QObject *object, const Emitter &emitter) : m_news(std::make_shared<RegistryNews>(object, emitter))
{
    setObserver(Stalls, LoopWatch::threshold().count() > 0);
    m_registry.onException([this](const ExceptionInfo &info) { report(info); });
    Tracer::startFromEnvironment();
    Tracer::follow(this, [](void *link, bool isOn) { static_cast<RegistryLink *>(link)->setTraced(isOn); });
}

RegistryLink::~RegistryLink()
{
    Tracer::unfollow(this);
}

void RegistryLink::setExceptionCallback(ExceptionCallback callback)
{
    auto shared = callback ? std::make_shared<const ExceptionCallback>(std::move(callback)) : nullptr;
    const std::lock_guard lock(m_mutex);
    m_exceptionCallback.swap(shared); // the old one is destroyed after the lock
}

void RegistryLink::setName(const QString &name)
{
    m_news->setName(name);
    m_traceName.store(0, std::memory_order_relaxed);
}

void RegistryLink::setTraced(bool isTraced) noexcept
{
    if (isTraced)
        wantExtras(); // an event's number lies there
    setObserver(Tracing, isTraced);
}

std::uint32_t RegistryLink::traceName() noexcept
{
    if (const std::uint32_t known = m_traceName.load(std::memory_order_relaxed))
        return known;
    try {
        const QString registry = name();
        const TraceName found = Tracer::sliceName("post", QStringLiteral("post ") + registry, {{QStringLiteral("registry"), registry}});
        m_traceName.store(found, std::memory_order_relaxed);
        return found;
    } catch (const std::bad_alloc &) {
        return 0;
    }
}

void RegistryLink::setObserver(Observer observer, bool isOn) noexcept
{
    if (isOn)
        m_observers.fetch_or(observer, std::memory_order_relaxed);
    else
        m_observers.fetch_and(~static_cast<unsigned>(observer), std::memory_order_relaxed);
}

void RegistryLink::setStatisticsEnabled(bool enabled) noexcept
{
    setObserver(Statistics, enabled);
}

void RegistryLink::setSlowHandlerBudget(std::chrono::nanoseconds budget) noexcept
{
    m_slowHandlerBudget.store(budget.count(), std::memory_order_relaxed);
    setObserver(SlowHandlers, budget.count() > 0);
}

// The callback is in no handler, see runningHandler(). But a key may have thrown, or a coroutine, inside of one.
static void callOutsideOfHandlers(const std::function<void(const ExceptionInfo &)> &callback, const ExceptionInfo &info)
{
    bool isCalled = false;
    const auto call = [&] {
        isCalled = true;
        callback(info);
    };
    if (runningHandler().isValid()) {
        try {
            SyncRegistry<void> registry;
            registry.onException([&](const ExceptionInfo &) { call(); });
            registry.registerHandler([] { throw std::exception(); });
            registry.notify();
        } catch (const std::bad_alloc &) {
            // It is called all the same.
        }
    }
    if (!isCalled)
        call();
}

void RegistryLink::report(const ExceptionInfo &info)
{
    // What is called may destroy the registry.
    const std::shared_ptr<RegistryLink> self = shared_from_this();
    std::shared_ptr<const ExceptionCallback> callback;
    {
        const std::lock_guard lock(m_mutex);
        callback = m_exceptionCallback;
    }
    if (callback) {
        try {
            callOutsideOfHandlers(*callback, info);
        } catch (...) {
            // The contract: an exception from the exception callback is swallowed.
        }
    }

    m_news->tellFailure(HandlerFailure(info), callback != nullptr);
}

} // namespace SignalBox::detail
