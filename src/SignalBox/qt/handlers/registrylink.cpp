// SPDX-License-Identifier: MIT
#include <SignalBox/qt/handlers/registrylink.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/qt/delivery/mailbox_p.h>
#include <SignalBox/qt/diagnostics/logging.h>
#include <SignalBox/qt/handlerfailure.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qthread.h>

#include <new>
#include <utility>

namespace SignalBox::detail {

// On its way to the object's thread. The object may have gone, or have moved on.
class RegistryLink::Message final : public Task
{
public:
    Message(std::shared_ptr<RegistryLink> link, std::function<void(RegistryObject &)> tell)
        : m_link(std::move(link)), m_tell(std::move(tell))
    {
    }
    void run() noexcept override
    {
        RegistryObject *object = nullptr;
        {
            const std::lock_guard lock(m_link->m_mutex);
            object = m_link->m_object;
            if (object && object->thread() != QThread::currentThread())
                object = nullptr;
        }
        if (object) // and it stays, as only this thread may destroy it
            m_tell(*object);
        else
            m_link->tellObject(std::move(m_tell));
    }

private:
    const std::shared_ptr<RegistryLink> m_link;
    std::function<void(RegistryObject &)> m_tell;
};

class RegistryLink::ChangeReport
{
public:
    explicit ChangeReport(std::shared_ptr<RegistryLink> link) noexcept : m_link(std::move(link)) {}
    Q_DISABLE_COPY_MOVE(ChangeReport)
    ~ChangeReport()
    {
        if (!m_isRead)
            m_link->m_changeIsReported = false;
    }
    // Before handlersChanged() is emitted: a change after that began sends a message of its own.
    void read() noexcept
    {
        m_isRead = true;
        m_link->m_changeIsReported = false;
    }

private:
    const std::shared_ptr<RegistryLink> m_link;
    bool m_isRead = false;
};

RegistryLink::RegistryLink(RegistryObject *object)
    : m_object(object)
{
    m_registry.onException([this](const ExceptionInfo &info) { report(info); });
}

RegistryLink::~RegistryLink() = default;

void RegistryLink::tellObject(std::function<void(RegistryObject &)> tell)
{
    auto message = std::make_unique<Message>(shared_from_this(), std::move(tell));
    std::shared_ptr<Mailbox> mailbox;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_object || !m_object->thread())
            return;
        mailbox = Mailbox::of(m_object->thread());
    }
    mailbox->post(std::move(message));
}

void RegistryLink::setExceptionCallback(ExceptionCallback callback)
{
    auto shared = callback ? std::make_shared<const ExceptionCallback>(std::move(callback)) : nullptr;
    const std::lock_guard lock(m_mutex);
    m_exceptionCallback.swap(shared); // the old one is destroyed after the lock
}

void RegistryLink::handlersHaveChanged() noexcept
{
    if (m_changeIsReported.exchange(true))
        return;
    try {
        // However the message ends, unread with its thread too, the next change sends another one.
        tellObject([report = std::make_shared<ChangeReport>(shared_from_this())](RegistryObject &object) {
            report->read();
            Q_EMIT object.handlersChanged();
        });
    } catch (const std::bad_alloc &) {
        m_changeIsReported = false; // the next change reports this one too
    }
}

void RegistryLink::tellLag(HandlerId id, quint64 lost) noexcept
{
    try {
        tellObject([id, lost](RegistryObject &object) { Q_EMIT object.lagged(id, lost); });
    } catch (const std::bad_alloc &) {
        // A signal less; the count stays.
    }
}

void RegistryLink::statisticsHaveChanged() noexcept
{
    if (m_isStatisticsChangeTold.load() || m_isStatisticsChangeTold.exchange(true))
        return;
    try {
        tellObject([](RegistryObject &object) { Q_EMIT object.statisticsChanged(); });
    } catch (const std::bad_alloc &) {
        m_isStatisticsChangeTold = false; // the next call tells of this one too
    }
}

void RegistryLink::addStatisticsRequest() noexcept
{
    const std::lock_guard lock(m_mutex);
    ++m_statisticsRequests;
    setObserver(StatisticsRequests, true);
}

void RegistryLink::dropStatisticsRequest() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (--m_statisticsRequests == 0)
        setObserver(StatisticsRequests, false);
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

void RegistryLink::forgetObject() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_object = nullptr;
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
            (*callback)(info);
        } catch (...) {
            // The contract: an exception from the exception callback is swallowed.
        }
    }

    const HandlerFailure failure(info);
    const bool isHandled = callback != nullptr;
    RegistryObject *object = nullptr;
    bool isHere = false;
    {
        const std::lock_guard lock(m_mutex);
        object = m_object;
        isHere = object && object->thread() == QThread::currentThread();
    }
    if (isHere) // and it stays, as only this thread may destroy it
        object->reportFailure(failure, isHandled);
    else if (object)
        tellObject([failure, isHandled](RegistryObject &told) { told.reportFailure(failure, isHandled); });
    else if (!isHandled)
        logFailure(failure, QString());
}

} // namespace SignalBox::detail
