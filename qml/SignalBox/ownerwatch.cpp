// SPDX-License-Identifier: MIT
#include "ownerwatch_p.h"

#include <QtCore/qmetaobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>
#include <QtCore/qvariant.h>
#include <QtQml/qqml.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>

namespace SignalBox::detail {

namespace {

constexpr const char *watchProperty = "_SignalBoxOwnerWatch";

// The type of Component's attached object is private, so connections to it are made by name.
void connectToAttached(QObject *object, QObject *receiver, const QMetaMethod &slot)
{
    QObject *const attached = qmlAttachedPropertiesObject<QQmlComponent>(object);
    if (!attached)
        return;
    static const QMetaMethod destruction =
        attached->metaObject()->method(attached->metaObject()->indexOfSignal("destruction()"));
    QObject::connect(attached, destruction, receiver, slot);
}

QMetaMethod slotOf(const QObject *object, const char *signature)
{
    return object->metaObject()->method(object->metaObject()->indexOfSlot(signature));
}

// While a component is being completed, Qt puts every attached object that is made on the list of that component, and so of
// one that has nothing to do with the owner and may outlive it. An object that is itself created for the owner's context has
// its attached object on the right list.
QQmlComponent *probeComponent(QQmlEngine *engine)
{
    const QString name = QStringLiteral("SignalBoxOwnerProbe");
    if (auto *component = engine->findChild<QQmlComponent *>(name, Qt::FindDirectChildrenOnly))
        return component;
    auto *const component = new QQmlComponent(engine, engine);
    component->setObjectName(name);
    component->setData("import QML\nQtObject { Component.onDestruction: {} }", QUrl(name));
    return component;
}

} // namespace

OwnerWatch *OwnerWatch::of(QObject *owner)
{
    if (auto *watch = owner->property(watchProperty).value<OwnerWatch *>())
        return watch;
    auto *const watch = new OwnerWatch(owner);
    owner->setProperty(watchProperty, QVariant::fromValue(watch));
    return watch;
}

OwnerWatch::OwnerWatch(QObject *owner)
    : QObject(owner)
{
    connect(owner, &QObject::destroyed, this, &OwnerWatch::end);
    QQmlContext *const context = qmlContext(owner);
    if (!context || !context->isValid())
        return;
    if (QObject *probe = probeComponent(context->engine())->create(context)) {
        probe->setParent(this);
        connectToAttached(probe, this, slotOf(this, "end()"));
    }
}

void OwnerWatch::end()
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    Q_EMIT ended();
}

void connectToDestruction(QObject *object, const QMetaMethod &slot)
{
    connectToAttached(object, object, slot);
}

} // namespace SignalBox::detail
