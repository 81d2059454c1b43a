// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/scripthandler_p.h>

#include <SignalBox/handlers/removalbatch_p.h>
#include <SignalBox/qt/registry/registryobject.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <QtQml/qjsengine.h>

#include <memory>

namespace SignalBox::detail {

namespace {

// Where the script that calls is, as "Main.qml:12"; empty if no script does.
QString callersPlace(QJSEngine *engine)
{
    const QJSValue error =
            engine->newErrorObject(QJSValue::GenericError); // which is not thrown: that costs as much again
    const QString file = error.property(QStringLiteral("fileName")).toString();
    if (file.isEmpty())
        return {};
    return file.section(u'/', -1) + u':' + QString::number(error.property(QStringLiteral("lineNumber")).toInt());
}

} // namespace

ScriptHandler::ScriptHandler(RegistryObject *registry, QJSEngine *engine, const QJSValue &function)
    : m_registry(registry), m_home(ScriptHome::of(engine)), m_function(function, engine)
{
}

HandlerId ScriptHandler::registerWith(RegistryObject *registry, QJSEngine *engine, const QJSValue &function,
                                      ScriptOptions options, QObject *owner)
{
    const QString place = callersPlace(engine);
    if (options.options.name.isEmpty())
        options.options.name = place;
    // Only the callable that the registry destroys keeps the object. It is destroyed outside of any call of it, but on
    // whichever thread unregisters.
    const std::shared_ptr<ScriptHandler> handler(
        new ScriptHandler(registry, engine, function), [](ScriptHandler *gone) {
            if (gone->m_home->isCurrentThread())
                delete gone;
            else
                std::shared_ptr(gone->m_home)->post(makeTask([owned = std::unique_ptr<ScriptHandler>(gone)] {}));
        });
    const void *const key = handler->m_home->key();
    const std::shared_ptr<Mailbox> &mailbox = handler->m_home->thread().mailbox();
    const HandlerSettings settings(options.options, options.policy, "SignalBox.on()");
    if (options.calledWith == CalledWith::Batch) {
        ScriptCall call(key, [handler](const Batch &batch, const OngoingCall &ongoing) { handler->runBatch(batch, ongoing); });
        handler->m_id =
            registry->registerBatchGuard(mailbox, std::move(call), settings, SourceLocation(), place).release();
    } else {
        ScriptCall call(key, [handler](const Event &event, const OngoingCall &ongoing) { return handler->run(event, ongoing); });
        handler->m_id =
            registry->registerEventHandler(mailbox, std::move(call), settings, SourceLocation(), place);
    }
    if (owner)
        OwnerWatch::of(owner)->add(*handler);
    return handler->m_id;
}

// Deletes this, at once or later.
void ScriptHandler::ownerHasEnded()
{
    if (m_registry)
        unregisterInBatch(*m_registry, m_id, *m_home);
}

Propagation ScriptHandler::run(const Event &event, const OngoingCall &call)
{
    QJSEngine *const engine = m_home->engine();
    if (!engine)
        return Propagation::Continue;
    QJSValueList own;
    return takeResult(callScript(engine, m_function, argumentsFor(event, m_home, own)), m_home, call);
}

void ScriptHandler::runBatch(const Batch &batch, const OngoingCall &call)
{
    if (QJSEngine *const engine = m_home->engine())
        takeResult(callScript(engine, m_function, argumentsFor(batch, m_home)), m_home, call);
}

} // namespace SignalBox::detail
