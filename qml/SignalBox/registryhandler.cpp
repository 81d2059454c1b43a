// SPDX-License-Identifier: MIT
#include <SignalBox/registryhandler.h>

#include <SignalBox/handlers/ownerwatch_p.h>
#include <SignalBox/handlers/removalbatch_p.h>
#include <SignalBox/handlers/scriptarguments_p.h>
#include <SignalBox/qt/observing/registrydirectory.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/registries/namedregistries_p.h>
#include <SignalBox/scripts/scriptcall_p.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <QtCore/qurl.h>
#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlinfo.h>

#include <utility>
#include <vector>

namespace SignalBox {

namespace {

// One string for the elements of a file, which mostly come one after the other.
QString fileNameOf(const QUrl &url)
{
    static thread_local QUrl lastUrl;
    static thread_local QString lastName;
    if (lastUrl != url) {
        lastName = url.fileName();
        lastUrl = url;
    }
    return lastName;
}

} // namespace

/*
    How an element hears that its handler is gone, whoever unregistered it on whichever thread, without a connection to the registry for
    each element: the callable that the registry destroys has the other end.
*/
class RegistryHandler::Link
{
public:
    explicit Link(RegistryHandler *element) : m_element(element), m_home(element->m_home) {}

    // Element's thread only: what happens to the callable is no news any more.
    void cut() { m_element = nullptr; }

    class End
    {
    public:
        explicit End(std::shared_ptr<Link> link) : m_link(std::move(link)) {}
        End(const End &) = default;
        End(End &&) noexcept = default;
        End &operator=(const End &) = delete;
        End &operator=(End &&) = delete;
        const std::shared_ptr<const detail::ScriptHome> &home() const { return m_link->m_home; }
        ~End()
        {
            // The callable may be destroyed by a registry that is itself being destroyed: nothing looks at that now.
            if (m_link && m_link->isNews())
                m_link->m_home->post(std::make_unique<News>(std::move(m_link)));
        }

    private:
        std::shared_ptr<Link> m_link;
    };

private:
    class News final : public detail::Task
    {
    public:
        explicit News(std::shared_ptr<Link> link) : m_link(std::move(link)) {}
        void run() noexcept override
        {
            if (RegistryHandler *element = m_link->m_element)
                element->lookForRemoval();
        }

    private:
        const std::shared_ptr<Link> m_link;
    };

    bool isNews() const { return !m_home->isCurrentThread() || m_element; }

    RegistryHandler *m_element; // element's thread only
    const std::shared_ptr<const detail::ScriptHome> m_home;
};

// Is told of the registries that have the element's registryName.
class RegistryHandler::NameFollower final : public detail::RegistryDirectory::Follower
{
public:
    NameFollower(RegistryHandler *element, const QString &name) : m_element(element), m_name(name)
    {
        detail::RegistryDirectory::instance().follow(this, name);
    }
    ~NameFollower() { detail::RegistryDirectory::instance().unfollow(this); }
    Q_DISABLE_COPY_MOVE(NameFollower)

    const QString &name() const { return m_name; }
    bool hasFound() const { return m_hasFound; }
    std::vector<RegistryObject *> registries(QQmlEngine *engine)
    {
        std::vector<RegistryObject *> found = detail::namedRegistries(m_name, engine);
        m_hasFound = m_hasFound || !found.empty();
        return found;
    }
    void namedRegistriesChanged() override { m_element->lookForNamed(); } // which may end this

private:
    RegistryHandler *const m_element;
    const QString m_name;
    bool m_hasFound = false;
};

// A function as it is called.
class RegistryHandler::Function
{
public:
    Function(const QJSValue &value, QJSEngine *engine) : m_value(value, engine) {}
    Q_DISABLE_COPY_MOVE(Function)

private:
    friend class FunctionPointer;
    const QJSManagedValue m_value;
    int m_holders = 1;
};

RegistryHandler::FunctionPointer::FunctionPointer(const FunctionPointer &other) noexcept
    : m_function(other.m_function)
{
    if (m_function)
        ++m_function->m_holders;
}

RegistryHandler::FunctionPointer::~FunctionPointer()
{
    if (m_function && --m_function->m_holders == 0)
        delete m_function;
}

const QJSManagedValue &RegistryHandler::FunctionPointer::operator*() const noexcept
{
    return m_function->m_value;
}

RegistryHandler::RegistryHandler(QObject *parent)
    : QObject(parent), CreationOrder(this)
{
}

RegistryHandler::~RegistryHandler()
{
    if (m_link)
        m_link->cut();
    if (m_registry && m_id.isValid())
        detail::unregisterInBatch(*m_registry, m_id, *m_home);
}

// Whether it was another one. The handler is registered anew.
template <class T>
bool RegistryHandler::change(T &setting, const T &value)
{
    if (setting == value)
        return false;
    setting = value;
    replace();
    return true;
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
    if (!m_isRegistryExplicit && !m_follower)
        changeRegistry(registry);
}

QString RegistryHandler::registryName() const
{
    return m_follower ? m_follower->name() : QString();
}

void RegistryHandler::setRegistryName(const QString &name)
{
    if (registryName() == name)
        return;
    m_follower = name.isEmpty() ? nullptr : std::make_unique<NameFollower>(this, name);
    lookForNamed();
    update(); // registry beside it is a problem
    Q_EMIT registryNameChanged();
}

void RegistryHandler::lookForNamed()
{
    if (!m_isComplete || m_isRegistryExplicit || m_hasEnded)
        return;
    const auto registries = m_follower ? m_follower->registries(qmlEngine(this)) : std::vector<RegistryObject *>();
    changeRegistry(registries.empty() ? nullptr : registries.front());
}

void RegistryHandler::changeRegistry(RegistryObject *registry)
{
    if (m_registry == registry)
        return;
    unregister();
    disconnect(std::exchange(m_destroyed, {}));
    m_registry = registry;
    m_isDone = false;
    update();
    Q_EMIT registryChanged();
}

void RegistryHandler::setPriority(double priority)
{
    if (m_priority == priority)
        return;
    m_priority = priority;
    update();
    if (isActive())
        m_registry->setPriority(m_id, static_cast<int>(priority));
    Q_EMIT priorityChanged();
}

void RegistryHandler::setName(const QString &name)
{
    if (change(m_name, name))
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

void RegistryHandler::setNewest(double count)
{
    if (change(m_backlog.newest, count))
        Q_EMIT newestChanged();
}

void RegistryHandler::setOldest(double count)
{
    if (change(m_backlog.oldest, count))
        Q_EMIT oldestChanged();
}

void RegistryHandler::setKey(const QString &key)
{
    if (change(m_backlog.key, key))
        Q_EMIT keyChanged();
}

void RegistryHandler::setEvery(double milliseconds)
{
    if (change(m_backlog.every, milliseconds))
        Q_EMIT everyChanged();
}

void RegistryHandler::setQuietFor(double milliseconds)
{
    if (change(m_backlog.quietFor, milliseconds))
        Q_EMIT quietForChanged();
}

void RegistryHandler::setOnDemand(bool onDemand)
{
    if (change(m_backlog.isOnDemand, onDemand))
        Q_EMIT onDemandChanged();
}

void RegistryHandler::setNested(double nested)
{
    if (change(m_nested.value, nested))
        Q_EMIT nestedChanged();
}

void RegistryHandler::setMatch(const QJSValue &match)
{
    m_match = match;
    QJSEngine *const engine = qmlEngine(this);
    if (!change(m_backlog.match, engine && !match.isNull() ? detail::membersToMatch(engine, match) : QVariantMap()))
        update(); // the problem may be another one
    Q_EMIT matchChanged();
}

void RegistryHandler::warnOfOldSetting(const char *old)
{
    qmlWarning(this) << detail::settingsInPlaceOf(old);
}

bool RegistryHandler::deliver()
{
    return m_registry && m_registry->deliver(m_id);
}

void RegistryHandler::setBatch(bool batch)
{
    if (change(m_isBatch, batch))
        Q_EMIT batchChanged();
}

void RegistryHandler::setFilter(const QJSValue &filter)
{
    m_filter = filter;
    m_filterFunction.reset();
    update();
    Q_EMIT filterChanged();
}

void RegistryHandler::setHandler(const QJSValue &handler)
{
    m_handler = handler;
    m_handlerFunction.reset();
    update();
    Q_EMIT handlerChanged();
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
    if (QJSEngine *engine = qmlEngine(this))
        m_home = detail::ScriptHome::of(engine);
    m_isComplete = true;
    // A stored function would outlive its item, and run with that item's names undefined.
    static const int endSlot = staticMetaObject.indexOfSlot("end()");
    detail::connectToDestruction(this, endSlot);
    if (m_follower)
        lookForNamed();
    else if (!m_registry)
        qmlWarning(this) << "no registry: nothing is handled until there is one";
    update();
}

void RegistryHandler::end()
{
    m_hasEnded = true;
    if (m_follower && !m_follower->hasFound() && !m_isRegistryExplicit)
        qmlWarning(this) << "registryName: no registry named \"" << m_follower->name() << "\" has come: nothing was handled";
    m_follower.reset();
    update();
    m_match = QJSValue(QJSValue::NullValue);
    m_filter = QJSValue(QJSValue::NullValue);
    m_filterFunction.reset();
    m_handler = QJSValue();
    m_handlerFunction.reset();
}

// What keeps it from being registered, as "property: expected this, not that"; empty if nothing does.
QString RegistryHandler::problem() const
{
    const auto isFunctionOrNull = [](const QJSValue &value) { return value.isCallable() || value.isNull(); };
    if (m_follower && m_isRegistryExplicit)
        return QStringLiteral("registryName: expected none beside registry");
    const QString expected = QStringLiteral("%1: expected a function or null, not %2");
    if (!isFunctionOrNull(m_handler))
        return expected.arg(QStringLiteral("handler"), detail::describe(m_handler));
    if (!isFunctionOrNull(m_filter))
        return expected.arg(QStringLiteral("filter"), detail::describe(m_filter));
    if (!m_backlog.match)
        return QStringLiteral("match: expected an object of members and their values, or null, not ") + detail::describe(m_match);
    if (!detail::isInt(m_priority))
        return QStringLiteral("priority: expected an integer, not %1").arg(m_priority);
    if (const QString problem = m_nested.problem(); !problem.isEmpty())
        return problem;
    return m_backlog.problem();
}

// Whether there is no problem. The same one is told once, until it is mended.
bool RegistryHandler::isRight()
{
    const QString told = std::exchange(m_toldProblem, problem());
    if (!m_toldProblem.isEmpty() && m_toldProblem != told)
        qmlWarning(this) << m_toldProblem << ": nothing is handled until it is right";
    return m_toldProblem.isEmpty();
}

// Makes the registration what the properties ask for.
void RegistryHandler::update()
{
    if (!m_isComplete)
        return;
    lookForRemoval();
    const bool isWanted = !m_hasEnded && isRight() && !m_isDone && m_home && m_registry && !m_handler.isNull();
    if (isWanted && !m_id.isValid())
        registerAnew();
    else if (!isWanted && m_id.isValid())
        unregister();
    followRegistry();
}

// Of what is settled at registration, something has changed.
void RegistryHandler::replace()
{
    if (isActive())
        unregister();
    update();
}

void RegistryHandler::registerAnew()
{
    m_link = std::make_shared<Link>(this);
    const AsyncOptions options{.priority = static_cast<int>(m_priority),
                               .name = m_name,
                               .enabled = m_isEnabled,
                               .backlog = m_backlog.toBacklog(),
                               .nested = m_nested.toNested()};
    const std::shared_ptr<const detail::EventPolicy> policy = m_backlog.toPolicy();
    const detail::HandlerSettings settings(options, policy, "RegistryHandler");
    const std::shared_ptr<detail::Mailbox> &mailbox = m_home->thread().mailbox();
    const QQmlContext *const context = qmlContext(this);
    const QString file = context ? fileNameOf(context->baseUrl()) : QString(); // Qt tells no line
    if (m_isBatch) {
        m_untoldLosses = 0;
        detail::ScriptCall call(m_home->key(),
                                [this, end = Link::End(m_link)](const detail::Batch &batch, const detail::OngoingCall &ongoing) {
                                    runBatch(batch, ongoing, end.home());
                                });
        m_id = m_registry->registerBatchGuard(mailbox, std::move(call), settings, SourceLocation(), file).release();
    } else {
        detail::ScriptCall call(m_home->key(),
                                [this, end = Link::End(m_link)](const detail::Event &event, const detail::OngoingCall &ongoing) {
                                    return run(event, ongoing, end.home());
                                });
        m_id = m_registry->registerEventHandler(mailbox, std::move(call), settings, SourceLocation(), file);
    }
    Q_EMIT activeChanged();
}

void RegistryHandler::unregister()
{
    if (!m_id.isValid())
        return;
    std::exchange(m_link, {})->cut();
    const HandlerId id = std::exchange(m_id, {});
    if (m_registry)
        detail::unregisterInBatch(*m_registry, id, *m_home);
    Q_EMIT activeChanged();
}

// While it is registered, the link tells that the registry is gone.
void RegistryHandler::followRegistry()
{
    const bool isWanted = m_registry && !m_id.isValid() && !m_hasEnded;
    if (isWanted && !m_destroyed)
        m_destroyed = connect(m_registry, &QObject::destroyed, this, &RegistryHandler::registryChanged);
    else if (!isWanted && m_destroyed)
        disconnect(std::exchange(m_destroyed, {}));
}

// Whoever has the registry may unregister the handler, or destroy the registry.
void RegistryHandler::lookForRemoval()
{
    if (!m_id.isValid() || isActive())
        return;
    std::exchange(m_link, {})->cut();
    m_id = {};
    m_isDone = true;
    followRegistry();
    Q_EMIT activeChanged();
    if (!m_registry)
        Q_EMIT registryChanged();
}

// Kept, since making one costs as much as a call. Null if \a value is no function.
RegistryHandler::FunctionPointer RegistryHandler::callable(FunctionPointer &kept, const QJSValue &value, QJSEngine *engine)
{
    if (!kept && value.isCallable())
        kept = FunctionPointer(new Function(value, engine));
    return kept;
}

// `home` lives as long as the callable, and so through the call, which may destroy the element.
Propagation RegistryHandler::run(const detail::Event &event, const detail::OngoingCall &call,
                                 const std::shared_ptr<const detail::ScriptHome> &home)
{
    QJSEngine *const engine = home->engine();
    if (!engine)
        return Propagation::Continue;
    QJSValueList own;
    const QJSValueList &arguments = detail::argumentsFor(event, home, own);
    // The functions are held here, as the properties may be set in the calls.
    if (!m_filter.isNull()) {
        const QPointer<RegistryHandler> self(this);
        const FunctionPointer filter = callable(m_filterFunction, m_filter, engine);
        const bool isAccepted = !filter || detail::callScript(engine, *filter, arguments).toBool();
        if (!isAccepted || !self || !isActive()) // the filter may have ended what it filters for
            return Propagation::Continue;
    }
    const FunctionPointer handler = takeHandler(engine);
    if (!handler)
        return Propagation::Continue;
    return detail::takeResult(detail::callScript(engine, *handler, arguments), home, call);
}

void RegistryHandler::runBatch(const detail::Batch &batch, const detail::OngoingCall &call,
                               const std::shared_ptr<const detail::ScriptHome> &home)
{
    QJSEngine *const engine = home->engine();
    if (!engine)
        return;
    QJSValueList arguments;
    if (m_filter.isNull()) {
        arguments = detail::argumentsFor(batch, home);
    } else {
        const QPointer<RegistryHandler> self(this);
        const FunctionPointer filter = callable(m_filterFunction, m_filter, engine);
        m_untoldLosses += static_cast<double>(batch.lost());
        bool isAny = false;
        arguments = detail::argumentsFor(batch, home, [&](const QJSValueList &event) {
            const bool isAccepted = self && isActive() && (!filter || detail::callScript(engine, *filter, event).toBool());
            isAny |= isAccepted;
            return isAccepted;
        });
        if (!self || !isActive()) // the filter may have ended what it filters for
            return;
        if (!isAny)
            return;
        arguments[1] = QJSValue(std::exchange(m_untoldLosses, 0));
    }
    if (const FunctionPointer handler = takeHandler(engine))
        detail::takeResult(detail::callScript(engine, *handler, arguments), home, call);
}

// For a call that is to come.
RegistryHandler::FunctionPointer RegistryHandler::takeHandler(QJSEngine *engine)
{
    FunctionPointer handler = callable(m_handlerFunction, m_handler, engine);
    if (m_isOnce) {
        m_isDone = true;
        unregister();
    }
    return handler;
}

} // namespace SignalBox
