// SPDX-License-Identifier: MIT
#include "scriptoptions_p.h"

#include <QtQml/qjsvalue.h>
#include <QtQml/qjsvalueiterator.h>

#include <cmath>
#include <limits>

namespace SignalBox::detail {

namespace {

bool isInt(const QJSValue &value)
{
    const double number = value.isNumber() ? value.toNumber() : std::numeric_limits<double>::quiet_NaN();
    return std::trunc(number) == number && number >= std::numeric_limits<int>::min()
        && number <= std::numeric_limits<int>::max();
}

// Null if the option is taken; else what is expected of its value, empty if there is no such option.
const char *read(ScriptOptions &result, const QString &key, const QJSValue &value)
{
    if (key == QLatin1String("priority")) {
        result.options.priority = value.toInt();
        return isInt(value) ? nullptr : "an integer";
    }
    if (key == QLatin1String("name")) {
        result.options.name = value.toString();
        return value.isString() ? nullptr : "a string";
    }
    if (key == QLatin1String("once")) {
        result.options.once = value.toBool();
        return value.isBool() ? nullptr : "true or false";
    }
    if (key == QLatin1String("enabled")) {
        result.options.enabled = value.toBool();
        return value.isBool() ? nullptr : "true or false";
    }
    if (key == QLatin1String("owner")) {
        result.owner = value.toQObject();
        return result.owner ? nullptr : "an object of a QML type";
    }
    return "";
}

} // namespace

ScriptOptions ScriptOptions::of(const QJSValue &object)
{
    ScriptOptions result;
    if (object.isUndefined())
        return result;
    if (!object.isObject() || object.isArray() || object.isCallable() || object.isQObject()) {
        result.error = QStringLiteral("the options are an object, not ") + object.toString();
        return result;
    }
    for (QJSValueIterator property(object); property.hasNext();) {
        property.next();
        const QJSValue value = property.value();
        if (const char *expected = read(result, property.name(), value)) {
            result.error = QLatin1String(expected).isEmpty()
                ? QStringLiteral("unknown option %1; there are priority, name, once, enabled and owner").arg(property.name())
                : QStringLiteral("%1: expected %2, not %3").arg(property.name(), QLatin1String(expected), value.toString());
            return result;
        }
    }
    return result;
}

} // namespace SignalBox::detail
