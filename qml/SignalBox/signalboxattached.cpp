// SPDX-License-Identifier: MIT
#include <SignalBox/signalboxattached.h>

#include <SignalBox/eventmodelscripts_p.h>
#include <SignalBox/handlers/ownerwatch_p.h>
#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/handlers/scripthandler_p.h>
#include <SignalBox/qt/observing/stallreport.h>
#include <SignalBox/qt/routes/hasnewerevent.h>
#include <SignalBox/registries/namedregistries_p.h>

#include <QtCore/qthread.h>
#include <QtQml/qqmlengine.h>

#include <vector>

namespace SignalBox {

SignalBoxAttached::SignalBoxAttached(QObject *object)
    : QObject(object)
{
}

SignalBoxAttached *SignalBoxAttached::qmlAttachedProperties(QObject *object)
{
    return new SignalBoxAttached(object);
}

QVariantList SignalBoxAttached::stallReport() const
{
    QVariantList result;
    for (const StallInfo &stall : SignalBox::stallReport())
        result.append(QVariant::fromValue(stall));
    return result;
}

bool SignalBoxAttached::hasNewerEvent() const
{
    return SignalBox::hasNewerEvent();
}

RegistryObject *SignalBoxAttached::find(const QString &name)
{
    const std::vector<RegistryObject *> registries = detail::namedRegistries(name, qmlEngine(parent()));
    if (registries.empty())
        return nullptr;
    RegistryObject *const registry = registries.back();
    // Returning an object without a parent would else give it to the garbage collection.
    if (QQmlEngine::objectOwnership(registry) == QQmlEngine::CppOwnership)
        QQmlEngine::setObjectOwnership(registry, QQmlEngine::CppOwnership);
    return registry;
}

HandlerId SignalBoxAttached::on(RegistryObject *registry, const QJSValue &function, const QJSValue &options)
{
    QQmlEngine *const engine = qmlEngine(parent());
    if (!engine)
        return {};
    const detail::ScriptArguments arguments(engine, "SignalBox.on()");
    if (!registry) {
        // Whatever is no Registry arrives as null.
        arguments.refuse(QStringLiteral("registry: expected a Registry, such as SignalBox.find(name) returns where "
                                        "there is one, not null or anything else"));
        return {};
    }
    if (!arguments.isFunction(function))
        return {};
    const auto parsed = arguments.options(options);
    if (!parsed)
        return {};
    if (parsed->owner) {
        arguments.refuse(QStringLiteral("options: owner: expected none, as the owner is the object in whose scope this is written"));
        return {};
    }
    if (detail::OwnerWatch::of(parent())->hasEnded()) {
        arguments.refuse(QStringLiteral("owner: expected to be called in the scope of an object that is alive, not of one that is being "
                                        "destroyed"));
        return {};
    }
    return detail::ScriptHandler::registerWith(registry, engine, function, *parsed, parent());
}

void SignalBoxAttached::setFilter(EventModel *model, const QJSValue &filter)
{
    QQmlEngine *const engine = qmlEngine(parent());
    if (!engine)
        return;
    const detail::ScriptArguments arguments(engine, "SignalBox.setFilter()");
    if (!model || model->thread() != QThread::currentThread()) {
        // Whatever is no EventModel arrives as null.
        arguments.refuse(model ? QStringLiteral("model: expected an EventModel of the engine's thread")
                               : QStringLiteral("model: expected an EventModel, not null or anything else"));
        return;
    }
    if (!filter.isCallable() && !filter.isNull()) {
        arguments.refuse(QStringLiteral("filter: expected a function or null, not ") + detail::describe(filter));
        return;
    }
    if (!filter.isNull() && detail::OwnerWatch::of(parent())->hasEnded()) {
        arguments.refuse(QStringLiteral("owner: expected to be called in the scope of an object that is alive, not of one that is being "
                                        "destroyed"));
        return;
    }
    if (detail::mayChange(*model, arguments))
        detail::setFilterOf(*model, engine, filter, parent());
}

} // namespace SignalBox
