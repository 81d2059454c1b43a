// SPDX-License-Identifier: MIT
#include <SignalBox/signalregistry.h>

#include <SignalBox/qt/sources/source.h>
#include <SignalBox/registries/signalrelay_p.h>
#include <SignalBox/scripts/scriptevent_p.h>
#include <SignalBox/scripts/scripthome_p.h>

#include <QtCore/qlist.h>
#include <QtCore/qstringlist.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qqml.h>
#include <QtQml/qqmlcontext.h>
#include <QtQml/qqmlengine.h>
#include <QtQml/qqmlinfo.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace SignalBox {

namespace {

struct Parameter
{
    QMetaType type;
    QString name;
};

/*
    Makes events of the arguments of one signal, and posts them, on the thread of the emission. It has all that it needs: the registry may
    be destroyed meanwhile.
*/
class Poster
{
public:
    Poster(std::shared_ptr<detail::Source> source, std::shared_ptr<const detail::ScriptHome> home, const QMetaMethod &signal)
        : m_source(std::move(source)), m_home(std::move(home))
    {
        const QList<QByteArray> names = signal.parameterNames();
        for (int index = 0; index < signal.parameterCount(); ++index) {
            const QByteArray name = names.value(index);
            m_parameters.push_back({signal.parameterMetaType(index),
                                    name.isEmpty() ? QStringLiteral("arg%1").arg(index) : QString::fromUtf8(name)});
        }
    }

    void operator()(void **arguments) const
    {
        if (!m_source->isHeard())
            return;
        try {
            post(arguments);
        } catch (...) {
            m_source->reportLost();
        }
    }

private:
    void post(void **arguments) const
    {
        std::vector<QVariant> values;
        bool hasScriptValues = false;
        for (std::size_t index = 0; index < m_parameters.size(); ++index) {
            values.push_back(valueOf(m_parameters[index].type, arguments[index + 1]));
            hasScriptValues |= values.back().metaType() == QMetaType::fromType<QJSValue>();
        }
        // Values of JavaScript exist on the engine's thread only; there they stay what they are.
        if (hasScriptValues) {
            if (m_home && m_home->isCurrentThread() && m_home->engine())
                return m_source->post(detail::ScriptEvent::create(m_home, scriptValueOf(*m_home->engine(), values)));
            for (QVariant &value : values) {
                if (value.metaType() == QMetaType::fromType<QJSValue>())
                    value = QVariant();
            }
        }
        QVariant value = variantOf(values);
        m_source->post(&value, &detail::eventOf<QVariant>);
    }

    static QVariant valueOf(QMetaType type, const void *argument)
    {
        if (!type.isValid())
            return {};
        return type == QMetaType::fromType<QVariant>() ? *static_cast<const QVariant *>(argument) : QVariant(type, argument);
    }

    QJSValue scriptValueOf(QJSEngine &engine, const std::vector<QVariant> &values) const
    {
        if (values.size() == 1)
            return values.front().value<QJSValue>();
        QJSValue object = engine.newObject();
        for (std::size_t index = 0; index < values.size(); ++index)
            object.setProperty(m_parameters[index].name, engine.toScriptValue(values[index]));
        return object;
    }

    QVariant variantOf(const std::vector<QVariant> &values) const
    {
        if (values.size() < 2)
            return values.empty() ? QVariant() : values.front();
        QVariantMap members;
        for (std::size_t index = 0; index < values.size(); ++index)
            members.insert(m_parameters[index].name, values[index]);
        return members;
    }

    std::shared_ptr<detail::Source> m_source;
    std::shared_ptr<const detail::ScriptHome> m_home; // null: no engine has the registry
    std::vector<Parameter> m_parameters;
};

} // namespace

SignalRegistry::SignalRegistry(QObject *parent)
    : AsyncRegistry<QVariant>(parent)
{
}

SignalRegistry::~SignalRegistry()
{
    disconnect(m_targetEnd); // the target may be this object, whose end is told when it is no registry any more
    disconnectRelay();
}

void SignalRegistry::setTarget(QObject *target)
{
    if (m_target == target)
        return;
    disconnect(m_targetEnd);
    m_target = target;
    if (target)
        m_targetEnd = connect(target, &QObject::destroyed, this, &SignalRegistry::forgetTarget);
    update();
    Q_EMIT targetChanged();
}

void SignalRegistry::setSignalName(const QString &name)
{
    if (m_signalName == name)
        return;
    m_signalName = name;
    update();
    Q_EMIT signalNameChanged();
}

void SignalRegistry::classBegin()
{
    m_isComplete = false;
}

void SignalRegistry::componentComplete()
{
    m_isComplete = true;
    update();
}

void SignalRegistry::forgetTarget()
{
    m_target = nullptr;
    // Where a page goes as a whole, its objects go one after the other, and nobody waits for the signal.
    const QQmlContext *const context = qmlContext(this);
    if (context && !context->isValid())
        disconnectRelay();
    else
        update();
    Q_EMIT targetChanged();
}

void SignalRegistry::disconnectRelay()
{
    if (m_relay)
        m_relay->emissions().unregister(std::exchange(m_listening, {}));
    m_relay.reset();
}

void SignalRegistry::update()
{
    if (!m_isComplete)
        return;
    const bool wasActive = isActive();
    disconnectRelay();
    QString problem;
    const QMetaMethod signal = findSignal(problem);
    if (signal.isValid())
        connectTo(signal);
    else
        qmlWarning(this) << problem << ": nothing is connected until it is right";
    if (isActive() != wasActive)
        Q_EMIT activeChanged();
}

// Invalid: there is a problem.
QMetaMethod SignalRegistry::findSignal(QString &problem) const
{
    if (!m_target) {
        problem = QStringLiteral("target: expected an object, not null");
        return {};
    }
    if (m_signalName.isEmpty()) {
        problem = QStringLiteral("signalName: expected the name of a signal of the target, not an empty text");
        return {};
    }
    const QMetaObject *const type = m_target->metaObject();
    const QByteArray name = m_signalName.toUtf8();
    const bool isSignature = name.contains('(');
    const QByteArray signature = isSignature ? QMetaObject::normalizedSignature(name.constData()) : QByteArray();
    QMetaMethod found;
    QStringList signatures;
    for (int index = 0; index < type->methodCount(); ++index) {
        const QMetaMethod method = type->method(index);
        if (method.methodType() != QMetaMethod::Signal)
            continue;
        if (isSignature ? method.methodSignature() != signature : method.name() != name)
            continue;
        // A signal with default arguments has clones without them, which have signatures of their own.
        if (!isSignature && (method.attributes() & QMetaMethod::Cloned))
            continue;
        found = method; // of equal ones the last: a type that derives from another may declare its signal again
        const QString text = QString::fromUtf8(method.methodSignature());
        if (!signatures.contains(text))
            signatures.append(text);
    }
    if (found.isValid() && found.enclosingMetaObject() == &QObject::staticMetaObject && found.name() == "destroyed") {
        problem = QStringLiteral("signalName: destroyed cannot be used, as the target is null by then");
        return {};
    }
    if (signatures.size() == 1)
        return found;
    const QString typeName = QString::fromUtf8(type->className());
    problem = signatures.isEmpty()
        ? QStringLiteral("signalName: %1 has no signal %2").arg(typeName, m_signalName)
        : QStringLiteral("signalName: %1 has several signals %2; expected one of %3")
              .arg(typeName, m_signalName, signatures.join(QStringLiteral(", ")));
    return {};
}

void SignalRegistry::connectTo(const QMetaMethod &signal)
{
    QQmlEngine *const engine = qmlEngine(this);
    m_relay = detail::SignalRelay::of(m_target, signal);
    m_listening = m_relay->emissions().registerHandler(
        Poster(makeSource(), engine ? detail::ScriptHome::of(engine) : nullptr, signal));
}

} // namespace SignalBox
