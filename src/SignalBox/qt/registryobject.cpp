// SPDX-License-Identifier: MIT
#include <SignalBox/qt/detail/dispatcher.h>
#include <SignalBox/qt/detail/logging.h>
#include <SignalBox/qt/mailbox_p.h>
#include <SignalBox/qt/registryobject.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qthread.h>

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
    : QObject(parent), m_dispatcher(std::make_shared<detail::Dispatcher>(this))
{
    registerHandlerIdConversion();
}

RegistryObject::~RegistryObject()
{
    m_dispatcher->forgetObject();
    m_dispatcher->registry().clear();
}

QString RegistryObject::name() const
{
    return m_name;
}

void RegistryObject::setName(const QString &name)
{
    if (m_name == name)
        return;
    m_name = name;
    Q_EMIT nameChanged();
}

int RegistryObject::handlerCount() const noexcept
{
    return static_cast<int>(m_dispatcher->registry().handlerCount());
}

bool RegistryObject::isEmpty() const noexcept
{
    return m_dispatcher->registry().isEmpty();
}

bool RegistryObject::contains(HandlerId id) const noexcept
{
    return m_dispatcher->registry().contains(id);
}

std::vector<HandlerInfo> RegistryObject::handlers() const
{
    return m_dispatcher->registry().handlers();
}

bool RegistryObject::unregister(HandlerId id) noexcept
{
    return m_dispatcher->registry().unregister(id);
}

bool RegistryObject::unregisterAndWait(HandlerId id) noexcept
{
    return m_dispatcher->registry().unregisterAndWait(id);
}

void RegistryObject::clear() noexcept
{
    m_dispatcher->registry().clear();
}

bool RegistryObject::setEnabled(HandlerId id, bool enabled) noexcept
{
    const bool done = m_dispatcher->registry().setEnabled(id, enabled);
    if (done)
        m_dispatcher->handlersHaveChanged();
    return done;
}

bool RegistryObject::setPriority(HandlerId id, int priority)
{
    const bool done = m_dispatcher->registry().setPriority(id, priority);
    if (done)
        m_dispatcher->handlersHaveChanged();
    return done;
}

void RegistryObject::clearExceptionCallback() noexcept
{
    m_dispatcher->setExceptionCallback({});
}

void RegistryObject::setExceptionCallback(std::function<void(const ExceptionInfo &)> callback)
{
    m_dispatcher->setExceptionCallback(std::move(callback));
}

HandlerId RegistryObject::registerEventHandler(QObject *context, EventFunction function, const AsyncOptions &options,
                                               const std::source_location &location)
{
    return m_dispatcher
        ->registerGuard(routeTo(context, options, "registerEventHandler()"), std::move(function), options, location)
        .release();
}

std::shared_ptr<detail::Route> RegistryObject::inlineRoute(const AsyncOptions &options) const
{
    return std::make_shared<detail::Route>(m_dispatcher, nullptr, nullptr, options);
}

std::shared_ptr<detail::Route> RegistryObject::routeTo(QObject *context, const AsyncOptions &options,
                                                       const char *caller) const
{
    if (!context) {
        warn(caller, "the context object is null");
        return nullptr;
    }
    if (!context->thread()) {
        warn(caller, "the context object has no thread");
        return nullptr;
    }
    return std::make_shared<detail::Route>(m_dispatcher, detail::Mailbox::of(context->thread()), context, options);
}

std::shared_ptr<detail::Route> RegistryObject::routeTo(QThread *thread, const AsyncOptions &options,
                                                       const char *caller) const
{
    if (!thread) {
        warn(caller, "the thread is null");
        return nullptr;
    }
    return std::make_shared<detail::Route>(m_dispatcher, detail::Mailbox::of(thread), nullptr, options);
}

void RegistryObject::warn(const char *caller, const char *problem) const
{
    qCWarning(detail::loggingCategory).noquote().nospace()
        << "SignalBox::AsyncRegistry::" << caller << ": " << problem << "; nothing was registered";
}

void RegistryObject::reportFailure(const HandlerFailure &failure, bool isHandled)
{
    static const QMetaMethod handlerFailedSignal = QMetaMethod::fromSignal(&RegistryObject::handlerFailed);
    if (isSignalConnected(handlerFailedSignal))
        Q_EMIT handlerFailed(failure);
    else if (!isHandled)
        detail::logFailure(failure, m_name);
}

} // namespace SignalBox
