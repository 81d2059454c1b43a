// SPDX-License-Identifier: MIT
#include "registryhandler.h"

#include "ownerwatch_p.h"
#include "scriptarguments_p.h"
#include "scriptcall_p.h"

#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlinfo.h>

#include <utility>

namespace SignalBox {

RegistryHandler::RegistryHandler(QObject *parent)
    : QObject(parent), CreationOrder(this)
{
}

RegistryHandler::~RegistryHandler()
{
    if (m_registry)
        m_registry->unregister(m_id);
}

RegistryObject *RegistryHandler::registry() const
{
    return m_registry;
}

void RegistryHandler::setRegistry(RegistryObject *registry)
{
    m_isRegistryExplicit = true;
    changeRegistry(registry);
}

void RegistryHandler::setImpliedRegistry(RegistryObject *registry)
{
    if (!m_isRegistryExplicit)
        changeRegistry(registry);
}

void RegistryHandler::changeRegistry(RegistryObject *registry)
{
    if (m_registry == registry)
        return;
    unregister();
    if (m_registry)
        m_registry->disconnect(this);
    m_registry = registry;
    if (registry) {
        connect(registry, &RegistryObject::handlersChanged, this, &RegistryHandler::lookForRemoval);
        connect(registry, &QObject::destroyed, this, [this] {
            lookForRemoval();
            Q_EMIT registryChanged();
        });
    }
    m_isDone = false;
    update();
    Q_EMIT registryChanged();
}

void RegistryHandler::setPriority(int priority)
{
    if (m_priority == priority)
        return;
    m_priority = priority;
    if (isActive() && m_registry)
        m_registry->setPriority(m_id, priority);
    Q_EMIT priorityChanged();
}

void RegistryHandler::setName(const QString &name)
{
    if (m_name == name)
        return;
    m_name = name;
    if (isActive()) {
        unregister();
        update();
    }
    Q_EMIT nameChanged();
}

void RegistryHandler::setOnce(bool once)
{
    if (m_isOnce == once)
        return;
    lookForRemoval();
    m_isOnce = once;
    m_isDone = false;
    update();
    Q_EMIT onceChanged();
}

void RegistryHandler::setEnabled(bool enabled)
{
    if (m_isEnabled == enabled)
        return;
    m_isEnabled = enabled;
    if (isActive() && m_registry)
        m_registry->setEnabled(m_id, enabled);
    Q_EMIT enabledChanged();
}

bool RegistryHandler::isActive() const
{
    return m_registry && m_registry->contains(m_id);
}

void RegistryHandler::setFilter(const QJSValue &filter)
{
    checkFunction(filter, "filter");
    m_filter = filter;
    Q_EMIT filterChanged();
}

void RegistryHandler::setHandler(const QJSValue &handler)
{
    checkFunction(handler, "handler");
    m_handler = handler;
    update();
    Q_EMIT handlerChanged();
}

void RegistryHandler::checkFunction(const QJSValue &value, const char *property) const
{
    if (!value.isCallable() && !value.isNull() && !value.isUndefined())
        qmlWarning(this) << property << ": expected a function or null, not " << detail::describe(value);
}

void RegistryHandler::classBegin()
{
    beginCreation();
}

void RegistryHandler::componentComplete()
{
    completeCreation();
}

void RegistryHandler::completeInOrder()
{
    m_engine = qmlEngine(this);
    m_isComplete = true;
    // A stored function would outlive its item, and run with that item's names undefined.
    detail::connectToDestruction(this, SLOT(end()));
    if (!m_registry)
        qmlWarning(this) << "no registry: nothing is handled until there is one";
    update();
}

void RegistryHandler::end()
{
    m_hasEnded = true;
    update();
    m_filter = QJSValue();
    m_handler = QJSValue();
}

// Makes the registration what the properties ask for.
void RegistryHandler::update()
{
    lookForRemoval();
    const bool isWanted = m_isComplete && !m_isDone && !m_hasEnded && m_registry && m_handler.isCallable();
    if (isWanted == m_id.isValid())
        return;
    if (!isWanted) {
        unregister();
        return;
    }
    m_id = m_registry->registerEventHandler(
        this,
        [this](const detail::Event &event) {
            return run(event);
        },
        {.priority = m_priority, .name = m_name, .enabled = m_isEnabled});
    Q_EMIT activeChanged();
}

void RegistryHandler::unregister()
{
    if (!m_id.isValid())
        return;
    const HandlerId id = std::exchange(m_id, {});
    if (m_registry)
        m_registry->unregister(id);
    Q_EMIT activeChanged();
}

// Whoever has the registry may unregister the handler, or destroy the registry.
void RegistryHandler::lookForRemoval()
{
    if (!m_id.isValid() || isActive())
        return;
    m_id = {};
    m_isDone = true;
    Q_EMIT activeChanged();
}

Propagation RegistryHandler::run(const detail::Event &event)
{
    const QPointer<QJSEngine> engine = m_engine;
    if (!engine)
        return Propagation::Continue;
    const QPointer<RegistryHandler> self(this);
    const QJSValueList arguments = detail::argumentsFor(event, engine);
    if (m_filter.isCallable()) {
        const bool isAccepted = detail::callScript(engine, m_filter, arguments).toBool();
        if (!isAccepted || !self || !isActive()) // the filter may have ended what it filters for
            return Propagation::Continue;
    }
    const QJSValue function = m_handler;
    if (m_isOnce) {
        m_isDone = true;
        unregister();
    }
    return engine ? detail::propagationOf(detail::callScript(engine, function, arguments)) : Propagation::Continue;
}

} // namespace SignalBox
