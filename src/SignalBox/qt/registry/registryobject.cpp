// SPDX-License-Identifier: MIT
#include <SignalBox/qt/registry/registryobject.h>

#include <SignalBox/core/exceptioninfo.h>
#include <SignalBox/core/registry/handlerremoval.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/registrydirectory.h>
#include <SignalBox/qt/routes/posting_p.h>
#include <SignalBox/qt/routes/registrylink.h>
#include <SignalBox/qt/routes/route.h>
#include <SignalBox/qt/routes/routesearch.h>
#include <SignalBox/qt/sources/source.h>
#include <SignalBox/qt/routes/sequence_p.h>
#include <SignalBox/qt/routes/walk.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>

#include <algorithm>
#include <new>
#include <unordered_map>

namespace SignalBox {

namespace {

// QML sees a HandlerId as an opaque value: it compares by ==, and this is its toString().
void registerHandlerIdConversion()
{
    static const bool isRegistered = QMetaType::registerConverter<HandlerId, QString>(
        [](HandlerId id) { return QString::fromStdString(id.toString()); });
    Q_UNUSED(isRegistered)
}

} // namespace

RegistryObject::RegistryObject(QObject *parent)
    : QObject(parent),
      m_link(std::make_shared<detail::RegistryLink>(
          this, detail::RegistryLink::Emitter{
                    .handlersChanged = [](QObject &object) { Q_EMIT static_cast<RegistryObject &>(object).handlersChanged(); },
                    .statisticsChanged = [](QObject &object) { Q_EMIT static_cast<RegistryObject &>(object).statisticsChanged(); },
                    .lagged = [](QObject &object, HandlerId id,
                                 quint64 lost) { Q_EMIT static_cast<RegistryObject &>(object).lagged(id, lost); },
                    .eventNotified =
                        [](QObject &object, const detail::Event &event) { static_cast<RegistryObject &>(object).eventNotified(event); },
                    .stalled = [](QObject &object,
                                  const StallInfo &stall) { Q_EMIT static_cast<RegistryObject &>(object).stalled(stall); },
                    .failed = [](QObject &object, const HandlerFailure &failure,
                                 bool isHandled) { static_cast<RegistryObject &>(object).reportFailure(failure, isHandled); },
                }))
{
    registerHandlerIdConversion();
}

RegistryObject::~RegistryObject()
{
    if (!name().isEmpty())
        detail::RegistryDirectory::instance().remove(this);
    m_link->sources().disconnectAll();
    m_link->forgetObject();
    m_link->registry().clear();
}

QString RegistryObject::name() const
{
    return m_link->name();
}

void RegistryObject::setName(const QString &name)
{
    if (this->name() == name)
        return;
    m_link->setName(name);
    detail::RegistryDirectory::instance().setName(this, name);
    Q_EMIT nameChanged();
}

int RegistryObject::handlerCount() const noexcept
{
    return static_cast<int>(m_link->registry().handlerCount());
}

bool RegistryObject::isEmpty() const noexcept
{
    return m_link->registry().isEmpty();
}

bool RegistryObject::contains(HandlerId id) const noexcept
{
    return m_link->registry().contains(id);
}

std::vector<AsyncHandlerInfo> RegistryObject::handlers() const
{
    m_link->statisticsAreLookedAt(); // first: what is counted later is told again
    const detail::Inspection inspection;
    detail::HandlerVisit::run<detail::Notification>(m_link->registry(), inspection);
    if (inspection.isIncomplete)
        throw std::bad_alloc();
    std::unordered_map<HandlerId, AsyncHandlerInfo *> described;
    for (AsyncHandlerInfo &row : inspection.rows)
        described.emplace(row.id, &row);
    std::vector<AsyncHandlerInfo> result;
    for (HandlerInfo &info : m_link->registry().handlers()) {
        const auto place = described.find(info.id);
        AsyncHandlerInfo &row = result.emplace_back(place == described.end() ? AsyncHandlerInfo() : *place->second);
        static_cast<HandlerInfo &>(row) = std::move(info);
    }
    return result;
}

bool RegistryObject::unregister(HandlerId id) noexcept
{
    return m_link->registry().unregister(id);
}

bool RegistryObject::unregisterAndWait(HandlerId id) noexcept
{
    return m_link->registry().unregisterAndWait(id);
}

bool RegistryObject::unregisterWith(detail::HandlerRemoval &removal, HandlerId id) noexcept
{
    const bool isDone = removal.unregister(m_link->registry(), id);
    if (isDone)
        m_link->handlersHaveChanged();
    return isDone;
}

void RegistryObject::clear() noexcept
{
    m_link->registry().clear();
}

bool RegistryObject::setEnabled(HandlerId id, bool enabled) noexcept
{
    const bool done = m_link->registry().setEnabled(id, enabled);
    if (done)
        m_link->handlersHaveChanged();
    return done;
}

bool RegistryObject::isEnabled(HandlerId id) const noexcept
{
    return m_link->registry().isEnabled(id);
}

bool RegistryObject::setPriority(HandlerId id, int priority)
{
    const bool done = m_link->registry().setPriority(id, priority);
    if (done)
        m_link->handlersHaveChanged();
    return done;
}

bool RegistryObject::deliver(HandlerId id)
{
    const detail::RouteSearch search(id);
    const std::vector<detail::ContextMember *> &found = search.run(*m_link);
    if (!id.isValid() || found.empty())
        return false;
    auto &route = static_cast<detail::Route &>(*found.front());
    const char *const problem = !route.isOnDemand() ? "the handler's backlog is not onDemand()"
        : !route.deliverNow()                       ? "expected a call on the thread of the handler, and not from within it"
                                                    : nullptr;
    if (problem)
        detail::warnRefused("RegistryObject::deliver()", QLatin1String(problem), "nothing was delivered");
    return !problem;
}

bool RegistryObject::dropPending(HandlerId id)
{
    if (!id.isValid())
        return false;
    const detail::RouteSearch search(id);
    for (detail::ContextMember *route : search.run(*m_link)) {
        static_cast<detail::Route *>(route)->dropPending();
        return true;
    }
    return false;
}

void RegistryObject::dropPending()
{
    const detail::RouteSearch search{HandlerId()};
    for (detail::ContextMember *route : search.run(*m_link))
        static_cast<detail::Route *>(route)->dropPending();
}

void RegistryObject::setStatisticsEnabled(bool enabled)
{
    m_link->setStatisticsEnabled(enabled);
}

bool RegistryObject::areStatisticsEnabled() const noexcept
{
    return m_link->areStatisticsEnabled();
}

std::shared_ptr<void> RegistryObject::requestStatistics() const
{
    m_link->addStatisticsRequest();
    return {m_link.get(), [link = m_link](void *) { link->dropStatisticsRequest(); }};
}

void RegistryObject::setSlowHandlerBudget(std::chrono::milliseconds budget)
{
    if (budget.count() < 0) {
        detail::warnRefused("AsyncRegistry::setSlowHandlerBudget()", QStringLiteral("the budget is negative"), "nothing was changed");
        return;
    }
    // Its nanoseconds fit their type.
    constexpr std::chrono::milliseconds longest = std::chrono::hours(100 * 365 * 24);
    m_link->setSlowHandlerBudget(std::min(budget, longest));
}

std::chrono::milliseconds RegistryObject::slowHandlerBudget() const noexcept
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(m_link->slowHandlerBudget());
}

void RegistryObject::clearExceptionCallback() noexcept
{
    m_link->setExceptionCallback({});
}

void RegistryObject::setExceptionCallback(std::function<void(const ExceptionInfo &)> callback)
{
    m_link->setExceptionCallback(std::move(callback));
}

// --- for layers above and for templates -----------------------------------------------------------

std::shared_ptr<detail::Source> RegistryObject::makeSource() const
{
    return std::make_shared<detail::Source>(m_link, detail::Source::HandlersAtEnd::Stay);
}

std::shared_ptr<detail::Source> RegistryObject::makeOnlySource() const
{
    return std::make_shared<detail::Source>(m_link, detail::Source::HandlersAtEnd::Finish);
}

void RegistryObject::becomePartOf(const QString &name)
{
    m_link->setName(name);
    moveToThread(nullptr);
}

void RegistryObject::wantExtras() const noexcept
{
    m_link->wantExtras();
}

void RegistryObject::wantObjects() const noexcept
{
    m_link->wantObjects();
}

QDebug operator<<(QDebug debug, const RegistryObject *registry)
{
    if (!registry)
        return std::move(debug) << static_cast<const QObject *>(nullptr);
    return detail::writeRegistry(std::move(debug), registry->metaObject()->className(), registry->name(),
                                 static_cast<std::size_t>(registry->handlerCount()));
}

QDebug operator<<(QDebug debug, const RegistryObject &registry)
{
    return std::move(debug) << &registry;
}

// --- notifying -----------------------------------------------------------------------------------
// A handler may destroy the registry that is calling it: nothing of it is touched after a walk.

bool RegistryObject::isUnheard() const noexcept
{
    return !detail::isHeard(*m_link);
}

void RegistryObject::followEvents() noexcept
{
    m_link->followEvents();
}

void RegistryObject::eventNotified([[maybe_unused]] const detail::Event &event) {}

void RegistryObject::postValue(void *value, detail::EventMaker make) const
{
    detail::postValue(m_link, value, make);
}

void RegistryObject::postEvent(detail::EventPointer event) const
{
    detail::postEvent(m_link, std::move(event));
}

QFuture<DispatchReport> RegistryObject::notifyEvent(detail::EventPointer event, QDeadlineTimer deadline) const
{
    if (!event)
        return detail::finishedFuture({});
    const std::int64_t end = detail::DeliveryClock::timeOf(deadline);
    const detail::Posting posting(m_link, *event);
    detail::Walk walk(std::move(event), detail::Walk::Report::Yes);
    const DispatchReport report = m_link->registry().notify(walk);
    return walk.finishLater(report, end);
}

std::optional<DispatchReport> RegistryObject::notifyNow(detail::EventPointer event, QDeadlineTimer deadline,
                                                        std::optional<QFuture<DispatchReport>> &later) const
{
    const std::int64_t end = detail::DeliveryClock::timeOf(deadline);
    const detail::Posting posting(m_link, *event);
    detail::Walk walk(std::move(event), detail::Walk::Report::Yes);
    const DispatchReport report = m_link->registry().notify(walk);
    if (!walk.hasCompletion())
        return walk.finish(report);
    later = walk.finishLater(report, end);
    return {};
}

QFuture<DispatchReport> RegistryObject::notifyEventSequentially(detail::EventPointer event, QDeadlineTimer deadline) const
{
    if (!event)
        return detail::finishedFuture({});
    event->prepareValue();
    const detail::Posting posting(m_link, *event);
    detail::SequentialWalk walk(std::move(event), detail::DeliveryClock::timeOf(deadline));
    const DispatchReport report = m_link->registry().notify(walk);
    return walk.finish(report);
}

void RegistryObject::reportFailure(const HandlerFailure &failure, bool isHandled)
{
    static const QMetaMethod handlerFailedSignal = QMetaMethod::fromSignal(&RegistryObject::handlerFailed);
    if (isSignalConnected(handlerFailedSignal))
        Q_EMIT handlerFailed(failure);
    else if (!isHandled)
        detail::logFailure(failure, name());
}

} // namespace SignalBox
