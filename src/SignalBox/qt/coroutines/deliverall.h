// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/dispatchreport.h>
#    include <SignalBox/qt/coroutines/futurewait.h>
#endif
#include <SignalBox/qt/delivery/event.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/registry/registryobject.h>

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qfuture.h>

#include <optional>
#include <utility>

namespace SignalBox {

/*!
    \class SignalBox::DeliverAll
    \brief A notify of an AsyncRegistry that a Task awaits. Made by AsyncRegistry::deliverAll().

    `co_await registry.deliverAll(event)` gives the DispatchReport when all handlers have ended, as the future of notify() does. Handlers are
    called when the await begins. If the coroutine is destroyed meanwhile, what has been queued is delivered nonetheless.

    \threadsafety A Task awaits it on the thread of its context; the registry may belong to another thread.

    \errors Throws std::bad_alloc, as notify().

    \cost If all handlers run inline, no more than a post(): nothing is allocated, and the coroutine does not suspend. Otherwise a future.

    \lifetime Await it at once.

    \code
    const Saved saved{path};
    const SignalBox::DispatchReport report = co_await document->saved.deliverAll(saved);
    \endcode
*/
class DeliverAll
{
public:
    //! \cond What co_await uses
    class TaskWait;

    DeliverAll(const RegistryObject &registry, detail::EventPointer event, QDeadlineTimer deadline) noexcept
        : m_registry(registry), m_event(std::move(event)), m_deadline(deadline)
    {
    }
    //! \endcond

private:
    const RegistryObject &m_registry;
    detail::EventPointer m_event; // null: delivered, or nobody would learn of it
    QDeadlineTimer m_deadline;
};

//! \cond What co_await uses
class SIGNALBOX_QT_EXPORT DeliverAll::TaskWait final : private detail::FutureOperation
{
public:
    explicit TaskWait(DeliverAll &&delivery) noexcept : m_delivery(std::move(delivery)) {}
    ~TaskWait() override;

    using TaskOperation::hasCome;
    bool isReady();
    void begin(detail::TaskDriver &driver);
    DispatchReport result();

private:
    DeliverAll m_delivery;
    std::optional<DispatchReport> m_report;
    std::optional<QFuture<DispatchReport>> m_later; // some handlers end later
};
//! \endcond

} // namespace SignalBox
