// SPDX-License-Identifier: MIT
#include <SignalBox/qmlhandlerguard.h>

#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>

#include <utility>

namespace SignalBox {

QmlHandlerGuard::QmlHandlerGuard(RegistryObject *registry, HandlerId id, QObject *owner)
    : QObject(owner), m_registry(registry), m_id(id)
{
    connect(registry, &RegistryObject::handlersChanged, this, &QmlHandlerGuard::lookForRemoval);
    connect(registry, &QObject::destroyed, this, &QmlHandlerGuard::lookForRemoval);
}

QmlHandlerGuard::~QmlHandlerGuard()
{
    if (m_registry)
        m_registry->unregister(m_id);
}

bool QmlHandlerGuard::isActive() const
{
    return m_registry && m_registry->contains(m_id);
}

void QmlHandlerGuard::unregister()
{
    if (m_registry)
        m_registry->unregister(m_id);
    lookForRemoval();
}

HandlerId QmlHandlerGuard::release()
{
    const HandlerId id = isActive() ? m_id : HandlerId();
    letGo();
    return id;
}

// Whoever has the registry may unregister the handler, or destroy the registry.
void QmlHandlerGuard::lookForRemoval()
{
    if (!isActive())
        letGo();
}

// What the owner need not keep any longer is left to the garbage collection, which frees it even if no script ever sees
// it again: an object is collected only if it has a value in the engine.
void QmlHandlerGuard::letGo()
{
    if (!m_id.isValid())
        return;
    if (m_registry)
        m_registry->disconnect(this);
    m_registry.clear();
    m_id = {};
    if (QJSEngine *engine = qjsEngine(this)) {
        setParent(nullptr);
        engine->newQObject(this);
    }
    Q_EMIT activeChanged();
}

} // namespace SignalBox
