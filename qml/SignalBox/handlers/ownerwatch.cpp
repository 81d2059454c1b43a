// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/ownerwatch_p.h>

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

// The type of Component's attached object is private. By index, as that compares no signatures.
void connectToAttached(const QObject *attached, const QObject *receiver, int slot)
{
    static const int destruction = attached->metaObject()->indexOfSignal("destruction()");
    QMetaObject::connect(attached, destruction, receiver, slot);
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

// Whether the item that a Loader has created, or is creating, is still its item.
bool hasLoader(const QObject *loader, const QObject *item)
{
    if (const auto *current = loader->property("item").value<QObject *>())
        return current == item;
    // It has none, or is creating one, which is not its item yet. An Item has its place by then, and loses it when it is unloaded.
    if (item->inherits("QQuickItem"))
        return item->property("parent").value<QObject *>() != nullptr;
    return loader->property("active").toBool()
            && (!loader->property("source").toUrl().isEmpty() || loader->property("sourceComponent").value<QObject *>());
}

/*
    Whether the object is in the file of a Loader that has unloaded it and deletes it later. Its Component.destruction has been emitted
    then, and nothing else says so: names still work. A Loader's item has a context of its own, whose object is the Loader, and whose
    parent the item.
*/
bool isUnloaded(const QQmlContext *context)
{
    for (const QQmlContext *outer = context->parentContext(); outer; context = outer, outer = outer->parentContext()) {
        const QObject *const item = context->contextObject();
        const QObject *const loader = outer->contextObject();
        if (!item || !loader || outer->QObject::parent() != item || !loader->inherits("QQuickLoader"))
            continue;
        if (!hasLoader(loader, item))
            return true;
    }
    return false;
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
    if (!context)
        return;
    m_hasEnded = !context->isValid() || isUnloaded(context);
    if (m_hasEnded)
        return;
    if (QObject *probe = probeComponent(context->engine())->create(context)) {
        probe->setParent(this);
        connectToAttached(qmlAttachedPropertiesObject<QQmlComponent>(probe), this, staticMetaObject.indexOfSlot("end()"));
    }
}

void OwnerWatch::end()
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    Q_EMIT ended();
}

void connectToDestruction(QObject *object, int slot)
{
    // Every delegate pays this. So it is made here, and not asked for with qmlAttachedPropertiesObject(), which puts it into a hash
    // of the object: a kilobyte. It is a QObject, and that is its first base, as moc demands.
    const auto *const attached = reinterpret_cast<const QObject *>(QQmlComponent::qmlAttachedProperties(object));
    connectToAttached(attached, object, slot);
}

} // namespace SignalBox::detail
