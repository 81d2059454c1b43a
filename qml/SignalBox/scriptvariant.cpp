// SPDX-License-Identifier: MIT
#include "scriptvariant_p.h"

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qjsvalueiterator.h>

#include <algorithm>

namespace SignalBox::detail {

namespace {

class Conversion
{
public:
    explicit Conversion(QJSEngine *engine) : m_engine(engine) {}

    QVariant convert(const QJSValue &value)
    {
        if (!value.isObject()) {
            const bool isSymbol = !value.isString() && !value.isNumber() && !value.isBool() && !value.isNull();
            return isSymbol ? QVariant() : value.toVariant(); // toVariant() of a symbol crashes in Qt 6.4
        }
        if (value.isCallable())
            return {};
        QVariant variant = value.toVariant(QJSValue::RetainJSObjects);
        if (variant.metaType() != QMetaType::fromType<QJSValue>())
            return variant; // a date, a gadget, a QObject
        const auto isThis = [&value](const QJSValue &other) { return other.strictlyEquals(value); };
        if (std::any_of(m_around.cbegin(), m_around.cend(), isThis))
            return {};
        m_around.append(value);
        QVariant result = value.isArray() ? QVariant(convertArray(value)) : QVariant(convertObject(value));
        m_around.removeLast();
        return result;
    }

private:
    QVariantList convertArray(const QJSValue &array)
    {
        const quint32 count = array.property(QStringLiteral("length")).toUInt();
        QVariantList result;
        result.reserve(count);
        for (quint32 index = 0; index < count; ++index)
            result.append(convertProperty(array.property(index)));
        return result;
    }

    QVariantMap convertObject(const QJSValue &object)
    {
        QVariantMap result;
        for (QJSValueIterator property(object); property.hasNext();) {
            property.next();
            result.insert(property.name(), convertProperty(property.value()));
        }
        return result;
    }

    QVariant convertProperty(const QJSValue &value)
    {
        if (!m_engine->hasError())
            return convert(value);
        m_engine->catchError(); // of its getter
        return {};
    }

    QJSEngine *const m_engine;
    QList<QJSValue> m_around; // the objects that are being converted, the outermost first
};

} // namespace

QVariant toPlainVariant(QJSEngine *engine, const QJSValue &value)
{
    return Conversion(engine).convert(value);
}

} // namespace SignalBox::detail
