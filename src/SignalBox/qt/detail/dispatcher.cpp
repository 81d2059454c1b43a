// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/dispatcher.h>
#include <SignalBox/qt/detail/logging.h>
#include <SignalBox/qt/handlerfailure.h>
#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qthread.h>

#include <new>

namespace SignalBox::detail {

class Dispatcher::FailureReport final : public Task
{
public:
    FailureReport(RegistryObject *object, HandlerFailure failure, bool isHandled)
        : m_object(object), m_failure(std::move(failure)), m_isHandled(isHandled)
    {
    }
    void run() noexcept override { m_object->reportFailure(m_failure, m_isHandled); }

private:
    RegistryObject *const m_object; // alive: the task is destroyed unrun with it
    const HandlerFailure m_failure;
    const bool m_isHandled;
};

class Dispatcher::ChangeReport final : public Task
{
public:
    ChangeReport(RegistryObject *object, Dispatcher *dispatcher) : m_object(object), m_dispatcher(dispatcher) {}
    void run() noexcept override
    {
        m_dispatcher->m_changeIsReported = false;
        Q_EMIT m_object->handlersChanged();
    }

private:
    RegistryObject *const m_object;   // alive: the task is destroyed unrun with it
    Dispatcher *const m_dispatcher;   // owned by the object
};

Dispatcher::Dispatcher(RegistryObject *object)
    : m_object(object)
{
    m_registry.onException([this](const ExceptionInfo &info) { report(info); });
}

Dispatcher::~Dispatcher() = default;

DispatchReport Dispatcher::notify(const std::shared_ptr<const Event> &event)
{
    // A handler may destroy the registry that is calling it.
    const std::shared_ptr<Dispatcher> self = shared_from_this();
    return m_registry.notify({.dispatcher = self, .event = event});
}

void Dispatcher::deliver(const std::shared_ptr<const Event> &event, const Route &route)
{
    const std::shared_ptr<Dispatcher> self = shared_from_this();
    m_registry.notify({.dispatcher = self, .event = event, .route = &route});
}

void Dispatcher::setExceptionCallback(ExceptionCallback callback)
{
    auto shared = callback ? std::make_shared<const ExceptionCallback>(std::move(callback)) : nullptr;
    const std::lock_guard lock(m_mutex);
    m_exceptionCallback.swap(shared); // the old one is destroyed after the lock
}

void Dispatcher::handlersHaveChanged() noexcept
{
    if (m_changeIsReported.exchange(true))
        return;
    try {
        const std::lock_guard lock(m_mutex);
        if (m_object)
            postTask(m_object, std::make_unique<ChangeReport>(m_object, this));
    } catch (const std::bad_alloc &) {
        m_changeIsReported = false; // the next change reports this one too
    }
}

void Dispatcher::forgetObject() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_object = nullptr;
}

// Runs on the thread of the failing handler.
void Dispatcher::report(const ExceptionInfo &info)
{
    std::shared_ptr<const ExceptionCallback> callback;
    {
        const std::lock_guard lock(m_mutex);
        callback = m_exceptionCallback;
    }
    if (callback) {
        try {
            (*callback)(info);
        } catch (...) {
            // The contract: an exception from the exception callback is swallowed.
        }
    }

    const HandlerFailure failure(info);
    const bool isHandled = callback != nullptr;
    RegistryObject *object = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        object = m_object;
        if (object && object->thread() != QThread::currentThread()) {
            postTask(object, std::make_unique<FailureReport>(object, failure, isHandled));
            return;
        }
    }
    if (object) // and it stays, as only this thread may destroy it
        object->reportFailure(failure, isHandled);
    else if (!isHandled)
        logFailure(failure, QString());
}

} // namespace SignalBox::detail
