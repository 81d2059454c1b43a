// SPDX-License-Identifier: MIT
#include "scriptcall_p.h"

#include "qmlexception_p.h"
#include "scripthome_p.h"

#include <SignalBox/detail/stopvalue.h>

#include <QtCore/qmetatype.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>

#include <mutex>

namespace SignalBox::detail {

namespace {

// The event as JavaScript sees it. It may be let go of on any thread, but its value must die on the engine's.
class ScriptAttachment final : public EventAttachment
{
public:
    // Engine's thread only.
    static const ScriptAttachment &attach(const Event &event, const ScriptHome &home, QJSValue &&argument)
    {
        std::unique_ptr<EventAttachment> spare = home.takeSpare();
        if (!spare)
            spare.reset(new ScriptAttachment(home));
        auto *const attachment = static_cast<ScriptAttachment *>(spare.get());
        home.beginAttachment();
        attachment->m_arguments.front() = std::move(argument);
        event.attach(std::move(spare));
        return *attachment;
    }

    // Engine's thread only. False: the engine that the key named is gone, and another one may have its address.
    bool isOf(const ScriptHome &home) const { return &m_home == &home || m_home.engine() == home.engine(); }
    const QJSValueList &arguments() const { return m_arguments; }

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

QJSValue toScriptValue(QJSEngine *engine, const Event &event)
{
    const Event::Content content = event.content();
    if (!content.type.isValid())
        return {};
    // What most events are is not copied into a QVariant first.
    if (content.type == QMetaType::fromType<QVariantMap>())
        return engine->toScriptValue(*static_cast<const QVariantMap *>(content.value));
    if (content.type != QMetaType::fromType<QVariant>())
        return engine->toScriptValue(QVariant(content.type, content.value));
    const auto &variant = *static_cast<const QVariant *>(content.value);
    return variant.isValid() ? engine->toScriptValue(variant) : QJSValue();
}

} // namespace

const QJSValueList &argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValueList &own)
{
    const auto *attached = static_cast<const ScriptAttachment *>(event.attachment(home->key()));
    if (attached && attached->isOf(*home))
        return attached->arguments();
    QJSValue argument = toScriptValue(home->engine(), event);
    if (event.hasExtras())
        return ScriptAttachment::attach(event, *home, std::move(argument)).arguments();
    own.append(std::move(argument));
    return own;
}

void setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument)
{
    ScriptAttachment::attach(event, *home, std::move(argument));
}

const QJSValue &argumentOf(const Event &event, const ScriptHome &home)
{
    return static_cast<const ScriptAttachment *>(event.attachment(home.key()))->arguments().front();
}

// What a script has notified is attached for its own engine.
void prepareForScript(const Event &event, const void *key)
{
    if (event.hasExtras() && !event.attachment(key))
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

Propagation propagationOf(const QJSValue &result)
{
    return result.isNumber() && result.toNumber() == stopValue ? Propagation::Stop : Propagation::Continue;
}

} // namespace SignalBox::detail
