// SPDX-License-Identifier: MIT
#include <SignalBox/qmlregistry.h>

#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/handlers/scripthandler_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/registryhandler.h>
#include <SignalBox/scripts/scriptcall_p.h>
#include <SignalBox/scripts/scriptevent_p.h>
#include <SignalBox/scripts/scripthome_p.h>
#include <SignalBox/scripts/scriptpromise_p.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qthread.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qqml.h>

#include <utility>

namespace SignalBox {

namespace {

std::optional<HandlerId> readId(const QObject *registry, const char *call, const QJSValue &id)
{
    QJSEngine *const engine = qjsEngine(registry);
    return engine ? detail::ScriptArguments(engine, call).handlerId(id) : std::nullopt;
}

// Of the engine that an argument belongs to. C++ may show a registry to several engines, of which qjsEngine() tells the first.
std::shared_ptr<const detail::ScriptHome> homeOf(const QObject *registry, const char *call, QJSEngine *engine, const QJSValue &argument)
{
    std::shared_ptr<const detail::ScriptHome> home = detail::ScriptHome::of(engine);
    if (argument.isObject() && !qmlContext(registry)) // one that an engine has created stays there
        home = detail::ScriptHome::ofObject(argument, home);
    if (!home)
        qCWarning(detail::loggingCategory,
                  "%s: the call comes from a QML engine that has not used the module SignalBox, while the registry belongs to another "
                  "engine: import SignalBox and use an element of it there first",
                  call);
    return home;
}

// Null, and a warning: the call is made where there is no engine, or not on its thread.
QJSEngine *engineHere(const QObject *registry, const char *call)
{
    QJSEngine *const engine = qjsEngine(registry);
    if (engine && engine->thread() == QThread::currentThread())
        return engine;
    qCWarning(detail::loggingCategory, "%s: to be called on the thread of the QML engine that has the registry", call);
    return nullptr;
}

detail::EventPointer makeEvent(const std::shared_ptr<const detail::ScriptHome> &home, const QJSValue &event)
{
    return detail::ScriptEvent::create(home, event.isString() ? QJSValue(event.toString()) : event);
}

const QMetaMethod &notifiedSignal()
{
    static const QMetaMethod signal = QMetaMethod::fromSignal(&QmlRegistry::notified);
    return signal;
}

} // namespace

QmlRegistry::QmlRegistry(QObject *parent)
    : AsyncRegistry<QVariant>(parent)
{
}

QmlRegistry::~QmlRegistry() = default;

void QmlRegistry::post(const QJSValue &event) const
{
    const char *const call = "QmlRegistry.post()";
    QJSEngine *const engine = engineHere(this, call);
    if (!engine || isUnheard())
        return;
    const std::shared_ptr<const detail::ScriptHome> home = homeOf(this, call, engine, event);
    if (home)
        postEvent(makeEvent(home, event));
}

QJSValue QmlRegistry::notify(const QJSValue &event) const
{
    const char *const call = "QmlRegistry.notify()";
    QJSEngine *const engine = engineHere(this, call);
    const std::shared_ptr<const detail::ScriptHome> home = engine ? homeOf(this, call, engine, event) : nullptr;
    if (!home)
        return {};
    const std::shared_ptr<detail::ScriptPromise> promise = detail::ScriptPromise::create(home);
    if (isUnheard())
        promise->resolve(DispatchReport());
    else
        detail::resolveLater(promise, home->engine(), notifyEvent(makeEvent(home, event), QDeadlineTimer::Forever));
    return promise->promise();
}

QJSValue QmlRegistry::next()
{
    QJSEngine *const engine = engineHere(this, "QmlRegistry.next()");
    if (!engine)
        return {};
    const std::shared_ptr<const detail::ScriptHome> home = detail::ScriptHome::of(engine);
    const std::shared_ptr<detail::ScriptPromise> promise = detail::ScriptPromise::create(home);
    const AsyncOptions options{.name = QStringLiteral("next()"), .once = true};
    // The registry's end destroys the handler, and so lets go of the promise.
    registerEventHandler(home->thread().mailbox(),
                         detail::ScriptCall(home->key(),
                                            [promise, home](const detail::Event &event, const detail::OngoingCall &) {
                                                QJSValueList own;
                                                if (home->engine())
                                                    promise->resolve(detail::argumentsFor(event, home, own).front());
                                                return Propagation::Continue;
                                            }),
                         detail::HandlerSettings(options, "QmlRegistry.next()"), SourceLocation());
    return promise->promise();
}

void QmlRegistry::connectNotify(const QMetaMethod &signal)
{
    if (signal == notifiedSignal())
        followEvents();
}

void QmlRegistry::eventNotified(const detail::Event &event)
{
    QJSEngine *const engine = qjsEngine(this);
    if (!engine || engine->thread() != QThread::currentThread() || !isSignalConnected(notifiedSignal()))
        return;
    QJSValueList own;
    Q_EMIT notified(detail::argumentsFor(event, detail::ScriptHome::of(engine), own).front());
}

// Functions come by value: a reference to a constant would lose against the templates of AsyncRegistry.
// NOLINTNEXTLINE(performance-unnecessary-value-param)
HandlerId QmlRegistry::registerHandler(QJSValue function, const QJSValue &options)
{
    return registerFunction("QmlRegistry.registerHandler()", function, options).id;
}

// NOLINTNEXTLINE(performance-unnecessary-value-param)
QmlHandlerGuard *QmlRegistry::registerGuard(QJSValue function, const QJSValue &options)
{
    const Registration registration = registerFunction("QmlRegistry.registerGuard()", function, options);
    if (!registration.id.isValid())
        return nullptr;
    return new QmlHandlerGuard(this, registration.id, registration.owner ? registration.owner : this);
}

QmlRegistry::Registration QmlRegistry::registerFunction(const char *call, const QJSValue &function,
                                                        const QJSValue &options)
{
    QJSEngine *const engine = qjsEngine(this);
    if (!engine) {
        qCWarning(detail::loggingCategory, "%s: the registry is not known to any QML engine", call);
        return {};
    }
    const std::shared_ptr<const detail::ScriptHome> home = homeOf(this, call, engine, function);
    if (!home)
        return {};
    const detail::ScriptArguments arguments(home->engine(), call);
    if (!arguments.isFunction(function))
        return {};
    const auto parsed = arguments.options(options);
    if (!parsed)
        return {};
    return {detail::ScriptHandler::registerWith(this, home->engine(), function, *parsed, parsed->owner), parsed->owner};
}

bool QmlRegistry::unregister(const QJSValue &id)
{
    const auto handler = readId(this, "QmlRegistry.unregister()", id);
    return handler && unregister(*handler);
}

bool QmlRegistry::deliver(const QJSValue &id)
{
    const auto handler = readId(this, "QmlRegistry.deliver()", id);
    return handler && deliver(*handler);
}

bool QmlRegistry::dropPending(const QJSValue &id)
{
    const auto handler = readId(this, "QmlRegistry.dropPending()", id);
    return handler && dropPending(*handler);
}

void QmlRegistry::dropAllPending()
{
    AsyncRegistry<QVariant>::dropPending();
}

bool QmlRegistry::contains(const QJSValue &id) const
{
    const auto handler = readId(this, "QmlRegistry.contains()", id);
    return handler && contains(*handler);
}

bool QmlRegistry::setEnabled(const QJSValue &id, const QJSValue &enabled)
{
    const char *const call = "QmlRegistry.setEnabled()";
    const auto handler = readId(this, call, id);
    if (!handler)
        return false;
    const auto value = detail::ScriptArguments(qjsEngine(this), call).enabled(enabled);
    return value && setEnabled(*handler, *value);
}

bool QmlRegistry::setPriority(const QJSValue &id, const QJSValue &priority)
{
    const char *const call = "QmlRegistry.setPriority()";
    const auto handler = readId(this, call, id);
    if (!handler)
        return false;
    const auto value = detail::ScriptArguments(qjsEngine(this), call).priority(priority);
    return value && setPriority(*handler, *value);
}

QQmlListProperty<QObject> QmlRegistry::data()
{
    using List = QQmlListProperty<QObject>;
    static const auto objects = [](List *list) -> QList<QPointer<QObject>> & {
        return static_cast<QmlRegistry *>(list->object)->m_data;
    };
    return List(
        this, nullptr,
        [](List *list, QObject *object) {
            if (!object)
                return;
            objects(list).append(object);
            if (auto *handler = qobject_cast<RegistryHandler *>(object))
                handler->setImpliedRegistry(static_cast<QmlRegistry *>(list->object));
        },
        [](List *list) -> qsizetype { return objects(list).size(); },
        [](List *list, qsizetype index) -> QObject * { return objects(list).at(index); },
        [](List *list) {
            const auto cleared = std::exchange(objects(list), {});
            for (const QPointer<QObject> &object : cleared) {
                if (auto *handler = qobject_cast<RegistryHandler *>(object.data()))
                    handler->setImpliedRegistry(nullptr);
            }
        });
}

} // namespace SignalBox
