// SPDX-License-Identifier: MIT
#include <SignalBox/handlers/scriptarguments_p.h>

#include <SignalBox/handlers/backlogsettings_p.h>
#include <SignalBox/handlers/ownerwatch_p.h>

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

template <class Enum>
std::optional<Enum> toEnum(const QJSValue &value)
{
    const std::optional<int> number = toInt(value);
    return number && QMetaEnum::fromType<Enum>().valueToKey(*number) ? std::optional(static_cast<Enum>(*number)) : std::nullopt;
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

// Empty if the option is taken; else what was expected. Nothing if there is no such option.
std::optional<QString> readOption(ScriptOptions &result, BacklogSettings &backlog, const QString &key, const QJSValue &value)
{
    static const QStringList names{
        QStringLiteral("priority"), QStringLiteral("name"), QStringLiteral("once"), QStringLiteral("enabled"), QStringLiteral("backlog"),
        QStringLiteral("capacity"), QStringLiteral("overflow"), QStringLiteral("interval"), QStringLiteral("batch"), QStringLiteral("key"),
        QStringLiteral("owner")};
    if (!names.contains(key))
        return std::nullopt;
    if (value.isUndefined())
        return QString(); // as if it were not there
    const auto check = [&value](bool isRight, const char *expected) {
        return isRight ? QString() : QLatin1String(expected) + QStringLiteral(", not ") + describe(value);
    };
    if (key == QLatin1String("priority")) {
        const std::optional<int> number = toInt(value);
        result.options.priority = number.value_or(0);
        return check(number.has_value(), "an integer");
    }
    if (key == QLatin1String("name")) {
        result.options.name = value.isString() ? value.toString() : QString();
        return check(value.isString(), "a string");
    }
    if (key == QLatin1String("once")) {
        result.options.once = value.toBool();
        return check(value.isBool(), "true or false");
    }
    if (key == QLatin1String("enabled")) {
        result.options.enabled = value.toBool();
        return check(value.isBool(), "true or false");
    }
    if (key == QLatin1String("backlog")) {
        const auto kind = toEnum<QmlBacklog::Kind>(value);
        backlog.kind = kind.value_or(backlog.kind);
        return check(kind.has_value(), "Backlog.Unbounded, Latest, Bounded, Throttled, Debounced or Batched");
    }
    if (key == QLatin1String("capacity")) {
        backlog.capacity = toInt(value).value_or(0);
        return check(backlog.capacity > 0, "a positive integer");
    }
    if (key == QLatin1String("overflow")) {
        const auto overflow = toEnum<QmlBacklog::Overflow>(value);
        backlog.overflow = overflow.value_or(backlog.overflow);
        return check(overflow.has_value(), "Backlog.DropOldest or DropNewest");
    }
    if (key == QLatin1String("interval")) {
        backlog.interval = toInt(value).value_or(-1);
        return check(backlog.interval >= 0, "milliseconds, an integer");
    }
    if (key == QLatin1String("batch")) {
        result.calledWith = value.toBool() ? CalledWith::Batch : CalledWith::Event;
        return check(value.isBool(), "true or false");
    }
    if (key == QLatin1String("key")) {
        result.key = backlog.key = value.isString() ? value.toString() : QString();
        return check(!result.key.isEmpty(), "the name of a member, a string");
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
        const std::optional<QString> expected = readOption(result, backlog, property.name(), option);
        if (!expected) {
            refuse(QStringLiteral("options: there is no option %1; there are priority, name, once, enabled, backlog, capacity, "
                                  "overflow, interval, batch, key and owner")
                       .arg(property.name()));
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
