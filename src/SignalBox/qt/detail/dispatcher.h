// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>
#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/handlerguard.h>
#include <SignalBox/core/handleroptions.h>
#include <SignalBox/core/syncregistry.h>
#include <SignalBox/qt/asyncoptions.h>
#include <SignalBox/qt/detail/event.h>
#include <SignalBox/qt/detail/route.h>
#include <SignalBox/qt/qt_export.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <source_location>
#include <utility>

namespace SignalBox {
class RegistryObject;
}

namespace SignalBox::detail {

/*! The handler as the core sees it: a call on an Event, and the route on which events reach it. */
template <class Call>
class RoutedHandler
{
public:
    RoutedHandler(std::shared_ptr<Route> route, Call &&call) : m_call(std::move(call)), m_route(std::move(route)) {}

    Propagation operator()(const RoutedEvent &routed)
    {
        if (!m_route->takes(routed))
            return Propagation::Continue;
        const Propagation propagation = m_call(*routed.event);
        return routed.route ? Propagation::Stop : propagation; // a delivery has found its only handler
    }

private:
    Call m_call;
    RouteEnd m_route;
};

/*!
    The half of a RegistryObject that outlives it while notifies and deliveries are under way: the
    SyncRegistry, and the way back to the object for as long as it is there. Thread-safe.
*/
class SIGNALBOX_QT_EXPORT Dispatcher : public std::enable_shared_from_this<Dispatcher>
{
public:
    using Registry = SyncRegistry<RoutedEvent>;
    using ExceptionCallback = std::function<void(const ExceptionInfo &)>;

    explicit Dispatcher(RegistryObject *object);
    ~Dispatcher();
    Q_DISABLE_COPY_MOVE(Dispatcher)

    Registry &registry() noexcept { return m_registry; }

    /*! \a call: Propagation(const Event &). An inactive guard if \a route is null. */
    template <class Call>
    HandlerGuard registerGuard(const std::shared_ptr<Route> &route, Call call, const AsyncOptions &options,
                               const std::source_location &location)
    {
        if (!route)
            return {};
        HandlerGuard guard = m_registry.registerGuard(RoutedHandler<Call>(route, std::move(call)),
                                                      {.priority = options.priority,
                                                       .name = options.name.toStdString(),
                                                       .enabled = false},
                                                      location);
        route->begin(guard.id(), options.enabled);
        return guard;
    }

    DispatchReport notify(const std::shared_ptr<const Event> &event);
    void deliver(const std::shared_ptr<const Event> &event, const Route &route);

    /*! Empty: none. */
    void setExceptionCallback(ExceptionCallback callback);

    /*! Has RegistryObject::handlersChanged() emitted, once for all changes until it is. */
    void handlersHaveChanged() noexcept;

    /*! The object is going: nothing refers to it when this returns. */
    void forgetObject() noexcept;

private:
    class FailureReport;
    class ChangeReport;

    void report(const ExceptionInfo &info);

    std::mutex m_mutex; // guards the next two; held while posting to the object, never while foreign code runs
    RegistryObject *m_object;
    std::shared_ptr<const ExceptionCallback> m_exceptionCallback;

    // Set while a ChangeReport is on its way. Sequentially consistent, as it is off every hot path: the report clears it
    // before it emits, so that a change after that emission began posts a report of its own.
    std::atomic<bool> m_changeIsReported = false;

    Registry m_registry; // last: the first to be destroyed, since handlers refer to the rest
};

} // namespace SignalBox::detail
