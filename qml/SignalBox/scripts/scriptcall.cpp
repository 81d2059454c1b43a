// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scriptcall_p.h>

#include <SignalBox/qt/delivery/heldobjects.h>
#include <SignalBox/qt/delivery/variantparts_p.h>
#include <SignalBox/qt/backlogs/batch.h>
#include <SignalBox/qt/routes/handlerfuture.h>
#include <SignalBox/scripts/qmlexception_p.h>
#include <SignalBox/scripts/scripthome_p.h>
#include <SignalBox/scripts/scriptpromise_p.h>
#include <SignalBox/scripts/stopvalue.h>

#include <QtCore/qhash.h>
#include <QtCore/qmetaobject.h>
#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>

#include <algorithm>
#include <mutex>

namespace SignalBox::detail {

namespace {

// An event as a script sees it.
struct ScriptValue
{
    // Whether the value may point to objects that die: it is one itself, or was made of parts that point to some.
    enum class MayDie { No, Object, Parts };

    QJSValue value = {};
    MayDie mayDie = MayDie::No;
    std::size_t dead = 0; // of those that the event holds
};

bool isTrackingPointer(QMetaType type)
{
    return (type.flags() & QMetaType::TrackingPointerToQObject) != 0;
}

bool hasTrackingPointers(const QMetaObject *gadget)
{
    static thread_local QHash<const QMetaObject *, bool> known;
    const auto place = known.constFind(gadget);
    if (place != known.cend())
        return *place;
    bool result = false;
    for (int index = 0; index < gadget->propertyCount(); ++index)
        result |= isTrackingPointer(gadget->property(index).metaType());
    known.insert(gadget, result);
    return result;
}

bool isGadgetWithPointers(QMetaType type)
{
    return (type.flags() & QMetaType::IsGadget) != 0 && type.metaObject() && hasTrackingPointers(type.metaObject());
}

// What Qt converts as QML is to see it, in one step.
bool isSimple(QMetaType type)
{
    if (!type.isValid())
        return true;
    const QMetaType::TypeFlags flags = type.flags();
    if (flags & (QMetaType::PointerToQObject | QMetaType::TrackingPointerToQObject))
        return false;
    if (flags & QMetaType::IsGadget)
        return !isGadgetWithPointers(type);
    const int id = type.id();
    return id != QMetaType::QVariantMap && id != QMetaType::QVariantList && id != QMetaType::QVariantHash;
}

bool isSimple(const QVariantMap &map)
{
    return std::all_of(map.cbegin(), map.cend(), [](const QVariant &part) { return isSimple(part.metaType()); });
}

// QML of Qt 6.4 takes a QPointer for a value without members: it becomes a pointer. A gadget that has some becomes the prototype of an
// object that has the pointers.
QVariant withoutTrackingPointer(QJSEngine *engine, const QVariant &variant)
{
    const QMetaType type = variant.metaType();
    if (isTrackingPointer(type))
        return QVariant::fromValue(variant.value<QObject *>());
    if (!isGadgetWithPointers(type))
        return variant;
    QJSValue object = engine->newObject();
    const QMetaObject *const gadget = type.metaObject();
    for (int index = 0; index < gadget->propertyCount(); ++index) {
        const QMetaProperty property = gadget->property(index);
        if (isTrackingPointer(property.metaType())) {
            const QVariant pointer = property.readOnGadget(variant.constData());
            object.setProperty(QString::fromUtf8(property.name()),
                               engine->toScriptValue(QVariant::fromValue(pointer.value<QObject *>())));
        }
    }
    object.setPrototype(engine->toScriptValue(variant));
    return QVariant::fromValue(object);
}

bool hasSpecialParts(const QVariant &variant)
{
    bool result = false;
    forEachPart(variant.metaType(), variant.constData(), [&result](QMetaType type, const void *) {
        result = result || isTrackingPointer(type) || isGadgetWithPointers(type);
    });
    return result;
}

ScriptValue toScriptValue(QJSEngine *engine, const Event &event)
{
    const Event::Content content = event.content();
    if (!content.type.isValid())
        return {};
    // What most events are is not copied into a QVariant first.
    if (content.type == QMetaType::fromType<QVariantMap>()) {
        const auto &map = *static_cast<const QVariantMap *>(content.value);
        if (event.isPlain() || isSimple(map))
            return {.value = engine->toScriptValue(map)};
    }
    QVariant variant = content.type == QMetaType::fromType<QVariant>() ? *static_cast<const QVariant *>(content.value)
                                                                       : QVariant(content.type, content.value);
    if (!variant.isValid())
        return {};
    if (isSimple(variant.metaType()))
        return {.value = engine->toScriptValue(variant)};
    ScriptValue result;
    result.mayDie = ScriptValue::MayDie::Parts;
    if (const HeldObjects *const held = HeldObjects::of(event)) {
        result.dead = held->deadCount();
        if (result.dead != 0)
            variant = held->withoutDead(variant);
    }
    if (hasSpecialParts(variant))
        variant = PartReplacement([engine](const QVariant &part) { return withoutTrackingPointer(engine, part); })(variant);
    result.value = engine->toScriptValue(variant);
    return result;
}

// The event as JavaScript sees it. It may be let go of on any thread, but its value must die on the engine's.
class ScriptAttachment final : public EventAttachment
{
public:
    // Engine's thread only.
    static const ScriptAttachment &attach(const Event &event, const ScriptHome &home, ScriptValue &&value)
    {
        std::unique_ptr<EventAttachment> spare = home.takeSpare();
        if (!spare)
            spare.reset(new ScriptAttachment(home));
        auto *const attachment = static_cast<ScriptAttachment *>(spare.get());
        home.beginAttachment();
        attachment->m_arguments.front() = std::move(value.value);
        attachment->m_mayDie = value.mayDie;
        attachment->m_dead = value.dead;
        event.attach(std::move(spare));
        return *attachment;
    }

    // Engine's thread only. False: the engine that the key named is gone, and another one may have its address.
    bool isOf(const ScriptHome &home) const { return &m_home == &home || m_home.engine() == home.engine(); }
    const QJSValueList &arguments() const { return m_arguments; }
    /*! Objects that have died since become null. Engine's thread only. */
    void lookForDead(const Event &event)
    {
        if (m_mayDie == ScriptValue::MayDie::No)
            return;
        if (m_mayDie == ScriptValue::MayDie::Object) {
            if (!m_arguments.front().toQObject())
                m_arguments.front() = QJSValue(QJSValue::NullValue);
            return;
        }
        const HeldObjects *const held = HeldObjects::of(event);
        if (held && held->deadCount() != m_dead) {
            ScriptValue value = toScriptValue(m_home.engine(), event);
            m_arguments.front() = std::move(value.value);
            m_dead = value.dead;
        }
    }

protected:
    void letGo() noexcept override
    {
        if (m_home.thread().isCurrentAndOpen()) {
            end();
            return;
        }
        const ThreadHandle thread = m_home.thread(); // the home may end with the task
        thread.post(std::make_unique<Ending>(this));
    }

private:
    // Destroyed on the engine's thread, or when that is over.
    class Ending final : public Task
    {
    public:
        explicit Ending(ScriptAttachment *attachment) : m_attachment(attachment) {}
        ~Ending() override
        {
            if (m_attachment->m_home.thread().isCurrentAndOpen()) {
                m_attachment->end();
                return;
            }
            static std::mutex mutex; // several threads may come, and the engine's own, which may outlive the application
            const std::lock_guard lock(mutex);
            m_attachment->end();
        }
        void run() noexcept override {}

    private:
        ScriptAttachment *const m_attachment;
    };

    explicit ScriptAttachment(const ScriptHome &home) : EventAttachment(home.key()), m_home(home), m_arguments(1) {}

    void end() noexcept
    {
        const ScriptHome &home = m_home;
        m_arguments.front() = QJSValue();
        if (!home.keepSpare(this))
            delete this;
        home.endAttachment();
    }

    const ScriptHome &m_home; // which this keeps while it is attached
    QJSValueList m_arguments; // always one
    ScriptValue::MayDie m_mayDie = ScriptValue::MayDie::No;
    std::size_t m_dead = 0; // of the objects that the event held when it was converted
};

// The engine lists frames as "function:line:column:source".
struct Frame
{
    QString function;
    QString source;
    int line = 0;

    explicit Frame(const QString &text)
    {
        const QStringList parts = text.split(u':');
        if (parts.size() < 4)
            return;
        function = parts.at(0);
        line = parts.at(1).toInt();
        source = parts.mid(3).join(u':');
    }

    QString toString() const { return function + u'@' + source + u':' + QString::number(line); }
};

QmlException takeException(QJSEngine *engine)
{
    // Evaluating with an exception pending runs nothing: it takes the exception, and tells where it was thrown, which
    // a thrown string or number does not know itself.
    QStringList trace;
    QJSValue thrown = engine->evaluate(QString(), QString(), 1, &trace);
    if (engine->hasError())
        thrown = engine->catchError();

    if (thrown.isError())
        return {ScriptHome::of(engine),
                thrown.property(QStringLiteral("message")).toString(),
                thrown.property(QStringLiteral("fileName")).toString(),
                thrown.property(QStringLiteral("lineNumber")).toInt(),
                thrown.property(QStringLiteral("stack")).toString()};

    QStringList stack;
    for (const QString &frame : std::as_const(trace))
        stack.append(Frame(frame).toString());
    const Frame innermost(trace.value(0));
    return {ScriptHome::of(engine), thrown.toString(), innermost.source, innermost.line, stack.join(u'\n')};
}

} // namespace

const QJSValueList &argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValueList &own)
{
    auto *const attached = static_cast<ScriptAttachment *>(event.attachment(home->key()));
    if (attached && attached->isOf(*home)) {
        attached->lookForDead(event);
        return attached->arguments();
    }
    ScriptValue value = toScriptValue(home->engine(), event);
    if (event.hasExtras())
        return ScriptAttachment::attach(event, *home, std::move(value)).arguments();
    own.append(std::move(value.value));
    return own;
}

QJSValueList argumentsFor(const Batch &batch, const std::shared_ptr<const ScriptHome> &home,
                          const std::function<bool(const QJSValueList &)> &isAccepted)
{
    QJSValue events = home->engine()->newArray();
    quint32 count = 0;
    for (std::size_t index = 0; index < batch.size(); ++index) {
        QJSValueList own;
        const QJSValueList &arguments = argumentsFor(batch.eventAt(index), home, own);
        if (!isAccepted || isAccepted(arguments))
            events.setProperty(count++, arguments.front());
    }
    return {events, QJSValue(static_cast<double>(batch.lost()))};
}

void setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument)
{
    const bool isObject = argument.isQObject();
    ScriptAttachment::attach(event, *home,
                             {.value = std::move(argument),
                              .mayDie = isObject ? ScriptValue::MayDie::Object : ScriptValue::MayDie::No});
}

const QJSValue &argumentOf(const Event &event, const ScriptHome &home)
{
    return static_cast<const ScriptAttachment *>(event.attachment(home.key()))->arguments().front();
}

// What a script has notified is attached for its own engine.
void prepareForScript(const Event &event, const void *key)
{
    if (event.hasExtras() && !event.areObjectsTaken() && !event.attachment(key))
        event.prepareValue();
}

QJSValue callScript(QJSEngine *engine, const QJSManagedValue &function, const QJSValueList &arguments)
{
    // QJSValue::call() cannot tell a thrown string from a returned one; here a throw leaves the engine with an error.
    QJSValue result = function.call(arguments);
    if (engine->hasError())
        throw takeException(engine);
    return result;
}

Propagation takeResult(const QJSValue &result, const std::shared_ptr<const ScriptHome> &home, const OngoingCall &call)
{
    if (result.isObject()) {
        if (isPromise(result, *home))
            call.awaitFuture(futureOf(result, home));
        return Propagation::Continue;
    }
    return result.isNumber() && result.toNumber() == stopValue ? Propagation::Stop : Propagation::Continue;
}

} // namespace SignalBox::detail
