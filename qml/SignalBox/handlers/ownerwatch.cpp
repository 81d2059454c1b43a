// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/ownerwatch_p.h>

#include <QtCore/qhash.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qurl.h>
#include <QtQml/qqml.h>
#include <QtQml/qqmlcomponent.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>

#include <utility>

namespace SignalBox::detail {

namespace {

// Of this thread. It is gone while it is empty, so that no order of destruction at the end of a thread matters.
thread_local constinit QHash<const QObject *, OwnerWatch *> *watches = nullptr;

// The type of Component's attached object is private. By index, as that compares no signatures.
void connectToAttached(const QObject *attached, const QObject *receiver, int slot)
{
    static const int destruction = attached->metaObject()->indexOfSignal("destruction()");
    QMetaObject::connect(attached, destruction, receiver, slot);
}

// While a component is being completed, Qt puts every attached object that is made on the list of that component, and so of
// one that has nothing to do with the owner and may outlive it. An object that is itself created for the owner's context has
// its attached object on the right list.
QQmlComponent *watchComponent(QQmlEngine *engine)
{
    const QString name = QStringLiteral("SignalBoxOwnerWatch");
    if (auto *component = engine->findChild<QQmlComponent *>(name, Qt::FindDirectChildrenOnly))
        return component;
    [[maybe_unused]] static const int type = qmlRegisterType<OwnerWatch>("SignalBoxInternal", 1, 0, "OwnerWatch");
    auto *const component = new QQmlComponent(engine, engine);
    component->setObjectName(name);
    component->setData("import SignalBoxInternal\nOwnerWatch {}", QUrl(name));
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
    if (OwnerWatch *const known = watches ? watches->value(owner) : nullptr)
        return known;
    QQmlContext *const context = qmlContext(owner);
    OwnerWatch *watch = nullptr;
    if (context && context->isValid())
        watch = qobject_cast<OwnerWatch *>(watchComponent(context->engine())->create(context));
    if (!watch)
        watch = new OwnerWatch;
    watch->setParent(owner);
    watch->m_owner = owner;
    if (!watches)
        watches = new QHash<const QObject *, OwnerWatch *>;
    watches->insert(owner, watch);
    watch->m_hasEnded = context && (!context->isValid() || isUnloaded(context));
    return watch;
}

OwnerWatch::~OwnerWatch()
{
    end();
    if (!m_owner)
        return;
    watches->remove(m_owner);
    if (watches->isEmpty())
        delete std::exchange(watches, nullptr);
}

void OwnerWatch::add(Follower &follower) noexcept
{
    follower.m_next = m_followers;
    follower.m_link = &m_followers;
    if (m_followers)
        m_followers->m_link = &follower.m_next;
    m_followers = &follower;
}

void OwnerWatch::Follower::leave() noexcept
{
    if (!m_link)
        return;
    *m_link = m_next;
    if (m_next)
        m_next->m_link = m_link;
    m_link = nullptr;
}

void OwnerWatch::componentComplete()
{
    connectToDestruction(this, staticMetaObject.indexOfSlot("end()"));
}

void OwnerWatch::end()
{
    if (m_hasEnded)
        return;
    m_hasEnded = true;
    while (Follower *const follower = m_followers) {
        follower->leave();
        follower->ownerHasEnded();
    }
}

void connectToDestruction(QObject *object, int slot)
{
    // Every delegate pays this. So it is made here, and not asked for with qmlAttachedPropertiesObject(), which puts it into a hash
    // of the object: a kilobyte. It is a QObject, and that is its first base, as moc demands.
    const auto *const attached = reinterpret_cast<const QObject *>(QQmlComponent::qmlAttachedProperties(object));
    connectToAttached(attached, object, slot);
}

} // namespace SignalBox::detail
