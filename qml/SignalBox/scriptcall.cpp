// SPDX-License-Identifier: MIT
#include "scriptcall_p.h"

#include "qmlexception_p.h"
#include "scripthome_p.h"
#include "signalboxattached.h"

#include <SignalBox/qt/mailbox_p.h>

#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>

namespace SignalBox::detail {

namespace {

// Being destroyed on the engine's thread is all that it is for.
class ScriptValues final : public Task
{
public:
    explicit ScriptValues(QJSValueList &&list) : m_values(std::move(list)) {}
    void run() noexcept override {}

private:
    const QJSValueList m_values;
};

// An event may die on any thread, but its JavaScript values must die on their engine's.
class ScriptAttachment final : public EventAttachment
{
public:
    ScriptAttachment(const std::shared_ptr<const ScriptHome> &home, QJSValue &&argument)
        : EventAttachment(home->key()), m_home(home)
    {
        m_arguments.emplaceBack(std::move(argument));
    }

    ~ScriptAttachment() override
    {
        if (!m_home->isCurrentThread())
            m_home->post(std::make_unique<ScriptValues>(std::move(m_arguments)));
    }

    // Engine's thread only. False: the engine that the key named is gone, and another one may have its address.
    bool isOf(const ScriptHome &home) const { return m_home->engine() == home.engine(); }
    const QJSValueList &arguments() const { return m_arguments; }

private:
    const std::shared_ptr<const ScriptHome> m_home;
    QJSValueList m_arguments;
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
    const auto *attached = static_cast<const ScriptAttachment *>(event.attachment(home->key()));
    if (attached && attached->isOf(*home))
        return attached->arguments();
    const QVariant variant = event.toVariant();
    QJSValue argument = variant.isValid() ? home->engine()->toScriptValue(variant) : QJSValue();
    if (!event.hasExtras()) {
        own.append(std::move(argument));
        return own;
    }
    auto attachment = std::make_unique<ScriptAttachment>(home, std::move(argument));
    const QJSValueList &result = attachment->arguments();
    event.attach(std::move(attachment));
    return result;
}

void setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument)
{
    event.attach(std::make_unique<ScriptAttachment>(home, std::move(argument)));
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
    return result.isNumber() && result.toNumber() == static_cast<double>(SignalBoxAttached::Propagation::Stop)
        ? Propagation::Stop
        : Propagation::Continue;
}

} // namespace SignalBox::detail
