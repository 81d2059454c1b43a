// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/scriptarguments_p.h>

#include <SignalBox/handlers/backlogsettings.h>
#include <SignalBox/handlers/nestedsetting.h>
#include <SignalBox/handlers/ownerwatch_p.h>
#include <SignalBox/scripts/scriptvariant_p.h>

#include <QtCore/qmetaobject.h>
#include <QtCore/qobject.h>
#include <QtCore/qstringlist.h>
#include <QtCore/qthread.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qjsvalueiterator.h>

namespace SignalBox::detail {

namespace {

// Looks before it converts: converting a symbol crashes in Qt 6.4.
std::optional<int> toInt(const QJSValue &value)
{
    return value.isNumber() && isInt(value.toNumber()) ? std::optional(value.toInt()) : std::nullopt;
}

// Empty if the owner is taken; else what was expected.
QString readOwner(ScriptOptions &result, const QJSValue &value)
{
    result.owner = value.toQObject();
    if (!result.owner) {
        return value.isQObject() ? QStringLiteral("an object that is alive, not one that was destroyed")
                                 : QStringLiteral("an object of a QML type, not ") + describe(value);
    }
    if (result.owner->thread() != QThread::currentThread())
        return QStringLiteral("an object of the engine's thread");
    if (OwnerWatch::of(result.owner)->hasEnded())
        return QStringLiteral("an object that is alive, not one that is being destroyed");
    return {};
}

QString checked(bool isRight, const char *expected, const QJSValue &value)
{
    return isRight ? QString() : QLatin1String(expected) + QStringLiteral(", not ") + describe(value);
}

const char *const optionNames = "priority, name, once, enabled, newest, oldest, key, match, every, quietFor, onDemand, nested, batch and owner";

bool isOldOption(const QString &name)
{
    return name == QLatin1String("backlog") || name == QLatin1String("capacity") || name == QLatin1String("overflow")
        || name == QLatin1String("interval");
}

// What the next two return: empty if the option is taken; else what was expected; nothing if there is no such option.
std::optional<QString> readBacklogOption(QJSEngine *engine, ScriptOptions &result, BacklogSettings &backlog, const QString &key,
                                         const QJSValue &value)
{
    const auto count = [&value] { return toInt(value).value_or(0); };
    const auto time = [&value] { return toInt(value).value_or(-1); };
    if (key == QLatin1String("newest")) {
        backlog.newest = count();
        return checked(backlog.newest > 0, "a positive integer, the number of events", value);
    }
    if (key == QLatin1String("oldest")) {
        backlog.oldest = count();
        return checked(backlog.oldest > 0, "a positive integer, the number of events", value);
    }
    if (key == QLatin1String("every")) {
        backlog.every = time();
        return checked(backlog.every >= 0, "milliseconds, an integer", value);
    }
    if (key == QLatin1String("quietFor")) {
        backlog.quietFor = time();
        return checked(backlog.quietFor >= 0, "milliseconds, an integer", value);
    }
    if (key == QLatin1String("onDemand")) {
        backlog.isOnDemand = value.toBool();
        return checked(value.isBool(), "true or false", value);
    }
    if (key == QLatin1String("nested")) {
        const std::optional<int> number = toInt(value);
        const NestedSetting nested{static_cast<double>(number.value_or(-1))};
        const bool isRight = nested.problem().isEmpty();
        if (isRight)
            result.options.nested = nested.toNested();
        return checked(isRight, "SignalBox.Deliver or SignalBox.Wait", value);
    }
    if (key == QLatin1String("batch")) {
        result.calledWith = value.toBool() ? CalledWith::Batch : CalledWith::Event;
        return checked(value.isBool(), "true or false", value);
    }
    if (key == QLatin1String("key")) {
        backlog.key = value.isString() ? value.toString() : QString();
        return checked(!backlog.key.isEmpty(), "the name of a member, a string", value);
    }
    if (key == QLatin1String("match")) {
        backlog.match = membersToMatch(engine, value);
        return checked(backlog.match.has_value(), "an object of members and their values", value);
    }
    return std::nullopt;
}

std::optional<QString> readOption(QJSEngine *engine, ScriptOptions &result, BacklogSettings &backlog, const QString &key,
                                  const QJSValue &value)
{
    if (std::optional<QString> expected = readBacklogOption(engine, result, backlog, key, value))
        return expected; // also of undefined: what was meant may be a misspelt name
    static const QStringList names{QStringLiteral("priority"), QStringLiteral("name"), QStringLiteral("once"), QStringLiteral("enabled"),
                                   QStringLiteral("owner")};
    if (!names.contains(key))
        return std::nullopt;
    if (value.isUndefined())
        return QString(); // as if it were not there
    if (key == QLatin1String("priority")) {
        const std::optional<int> number = toInt(value);
        result.options.priority = number.value_or(0);
        return checked(number.has_value(), "an integer", value);
    }
    if (key == QLatin1String("name")) {
        result.options.name = value.isString() ? value.toString() : QString();
        return checked(value.isString(), "a string", value);
    }
    if (key == QLatin1String("once")) {
        result.options.once = value.toBool();
        return checked(value.isBool(), "true or false", value);
    }
    if (key == QLatin1String("enabled")) {
        result.options.enabled = value.toBool();
        return checked(value.isBool(), "true or false", value);
    }
    return readOwner(result, value);
}

} // namespace

bool ScriptArguments::isFunction(const QJSValue &value) const
{
    if (!value.isCallable())
        refuse(QStringLiteral("function: expected a function, not ") + describe(value));
    return value.isCallable();
}

std::optional<ScriptOptions> ScriptArguments::options(const QJSValue &value) const
{
    ScriptOptions result;
    BacklogSettings backlog;
    if (value.isUndefined())
        return result;
    if (!value.isObject() || value.isArray() || value.isCallable() || value.isQObject()) {
        refuse(QStringLiteral("options: expected an object, not ") + describe(value));
        return std::nullopt;
    }
    for (QJSValueIterator property(value); property.hasNext();) {
        property.next();
        const QJSValue option = property.value();
        if (m_engine->hasError()) // a getter or a proxy threw: the caller is to see that
            return std::nullopt;
        const std::optional<QString> expected = readOption(m_engine, result, backlog, property.name(), option);
        if (!expected) {
            if (isOldOption(property.name()))
                refuse(QStringLiteral("options: ") + settingsInPlaceOf(property.name().toUtf8().constData()));
            else
                refuse(QStringLiteral("options: there is no option %1; there are %2").arg(property.name(), QLatin1String(optionNames)));
            return std::nullopt;
        }
        if (!expected->isEmpty()) {
            refuse(QStringLiteral("options: %1: expected %2").arg(property.name(), *expected));
            return std::nullopt;
        }
    }
    if (m_engine->hasError())
        return std::nullopt;
    if (const QString problem = backlog.problem(); !problem.isEmpty()) {
        refuse(QStringLiteral("options: ") + problem);
        return std::nullopt;
    }
    result.options.backlog = backlog.toBacklog();
    result.policy = backlog.toPolicy();
    return result;
}

std::optional<HandlerId> ScriptArguments::handlerId(const QJSValue &value) const
{
    // Only objects: converting a Symbol crashes in Qt 6.4.
    const QVariant variant = value.isObject() ? value.toVariant(QJSValue::RetainJSObjects) : QVariant();
    if (variant.metaType() == QMetaType::fromType<HandlerId>())
        return variant.value<HandlerId>();
    refuse(QStringLiteral("id: expected a HandlerId, as registerHandler() returns it, not ") + describe(value));
    return std::nullopt;
}

std::optional<int> ScriptArguments::priority(const QJSValue &value) const
{
    const std::optional<int> number = toInt(value);
    if (!number)
        refuse(QStringLiteral("priority: expected an integer, not ") + describe(value));
    return number;
}

std::optional<bool> ScriptArguments::enabled(const QJSValue &value) const
{
    if (value.isBool())
        return value.toBool();
    refuse(QStringLiteral("enabled: expected true or false, not ") + describe(value));
    return std::nullopt;
}

void ScriptArguments::refuse(const QString &problem) const
{
    m_engine->throwError(QJSValue::TypeError, QLatin1String(m_call) + QStringLiteral(": ") + problem);
}

std::optional<QVariantMap> membersToMatch(QJSEngine *engine, const QJSValue &value)
{
    const QVariant members = toPlainVariant(engine, value);
    return members.metaType() == QMetaType::fromType<QVariantMap>() ? std::optional(members.toMap()) : std::nullopt;
}

QString describe(const QJSValue &value)
{
    if (value.isString())
        return u'"' + value.toString() + u'"';
    if (value.isUndefined() || value.isNull() || value.isBool() || value.isNumber())
        return value.toString();
    if (value.isCallable())
        return QStringLiteral("a function");
    if (value.isArray())
        return QStringLiteral("an array");
    if (const QObject *object = value.toQObject())
        return QStringLiteral("an object of type ") + QLatin1String(object->metaObject()->className());
    return value.isObject() ? QStringLiteral("an object") : QStringLiteral("a symbol");
}

} // namespace SignalBox::detail
