// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scriptvariant_p.h>

#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/scripts/scripthome_p.h>
#include <SignalBox/scripts/scripttools_p.h>

#include <QtCore/qlist.h>
#include <QtCore/qvariant.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsvalue.h>
#include <QtQml/qjsvalueiterator.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace SignalBox::detail {

namespace {

/*
    A walk over the objects that a value refers to, depth first, with a stack of its own: one frame for each object around the one
    that is being read.

    An object is numbered only when that may matter: when it turns out to hold another object, or to be large. So a list of a thousand
    plain records costs one number. What has a number is converted once, and where it is met again while it is still being
    converted, the reference closes a cycle and is left out. Small objects that hold no other are converted for each reference: that
    costs no more than looking for their number would.
*/
class Conversion
{
public:
    Conversion(QJSEngine *engine, ScriptTools &tools) : m_engine(engine), m_tools(tools) {}

    QVariant convert(const QJSValue &value)
    {
        QVariant result;
        if (std::optional<QVariant> plain = begin(value))
            result = std::move(*plain);
        while (!m_frames.empty()) {
            Frame &frame = *m_frames.back();
            if (std::optional<Finished> finished = step(frame)) {
                m_frames.pop_back();
                if (m_frames.empty())
                    result = std::move(finished->value);
                else
                    m_frames.back()->append(std::move(*finished));
            }
        }
        if (m_isCut)
            qCWarning(loggingCategory,
                      "QmlRegistry.post() and notify(): an event is nested more than %d levels deep: C++ handlers get what lies "
                      "deeper as invalid values",
                      maximumDepth);
        if (m_hasLostContents)
            qCWarning(loggingCategory, "QmlRegistry.post() and notify(): an event has contents that C++ handlers do not get: keys of a Map "
                                       "that are no strings or numbers, or an array whose length is mostly holes");
        return result;
    }

private:
    struct Finished
    {
        QVariant value;
        int height;
    };

    // Of one object that is being read.
    class Frame
    {
    public:
        enum class Kind { List, Map, Properties };

        // Of a list, or of a Map with its \a keys: \a values is an array.
        Frame(const QJSValue &value, const QJSValue &keys, const QJSValue &values, quint32 count)
            : object(value), m_kind(keys.isUndefined() ? Kind::List : Kind::Map), m_keys(keys), m_values(values), m_count(count)
        {
            if (m_kind == Kind::List)
                m_list.reserve(count);
        }
        // Of an object's own properties.
        explicit Frame(const QJSValue &value)
            : object(value), m_kind(Kind::Properties), m_properties(std::make_unique<QJSValueIterator>(value))
        {
        }

        bool hasNext() const { return m_kind == Kind::Properties ? m_properties->hasNext() : m_index < m_count; }

        QJSValue next()
        {
            ++read;
            if (m_kind == Kind::Properties) {
                m_properties->next();
                m_key = m_properties->name();
                return m_properties->value();
            }
            if (m_kind == Kind::Map)
                m_key = m_keys.property(m_index).toString();
            return m_values.property(m_index++);
        }

        void append(QVariant &&value)
        {
            if (m_kind == Kind::List)
                m_list.append(std::move(value));
            else
                m_map.insert(m_key, std::move(value));
        }
        void append(Finished &&part)
        {
            height = std::max(height, part.height + 1);
            append(std::move(part.value));
        }

        Finished finish() { return {m_kind == Kind::List ? QVariant(std::move(m_list)) : QVariant(std::move(m_map)), height}; }

        const QJSValue object;
        std::size_t read = 0; // members
        std::optional<std::size_t> number;
        int height = 1;

    private:
        const Kind m_kind;
        const QJSValue m_keys;
        const QJSValue m_values;
        const quint32 m_count = 0;
        quint32 m_index = 0;
        std::unique_ptr<QJSValueIterator> m_properties;
        QString m_key;
        QVariantList m_list;
        QVariantMap m_map;
    };

    // Reads one member. What the object has become, if that was all, or it turns out to be known.
    std::optional<Finished> step(Frame &frame)
    {
        if (!frame.hasNext()) {
            Finished finished = frame.finish();
            if (frame.number)
                m_known[*frame.number] = finished;
            return finished;
        }
        QJSValue member = frame.next();
        if (m_engine->hasError()) {
            m_engine->catchError(); // of its getter
            member = QJSValue();
        }
        if (!frame.number && (frame.read > smallSize || (member.isObject() && !member.isCallable()))) {
            const ScriptTools::Number number = m_numbers ? m_numbers->of(frame.object) : beginNumbers().of(frame.object);
            if (number.isKnown) {
                const std::optional<Finished> &known = m_known[number.value];
                if (!known)
                    return Finished{QVariant(), 0}; // it is around itself
                return isTooDeep(static_cast<int>(m_frames.size()) - 1 + known->height) ? cut() : *known;
            }
            frame.number = number.value;
            m_known.resize(std::max(m_known.size(), number.value + 1));
        }
        if (std::optional<QVariant> plain = begin(member))
            frame.append(std::move(*plain));
        return std::nullopt;
    }

    // The value, if it needs no walk. If not, it is the next one to be read.
    std::optional<QVariant> begin(const QJSValue &value)
    {
        if (!value.isObject()) {
            const bool isSymbol = !value.isString() && !value.isNumber() && !value.isBool() && !value.isNull();
            return isSymbol ? QVariant() : value.toVariant(); // toVariant() of a symbol crashes in Qt 6.4
        }
        if (value.isCallable())
            return QVariant();
        QVariant variant = value.toVariant(QJSValue::RetainJSObjects);
        if (variant.metaType() != QMetaType::fromType<QJSValue>())
            return variant; // a date, a gadget, a QObject
        if (isTooDeep(static_cast<int>(m_frames.size()) + 1))
            return cut().value;
        if (value.isArray())
            return beginList(value, QJSValue(), value);
        if (m_tools.isPlain(value)) {
            m_frames.push_back(std::make_unique<Frame>(value));
            return std::nullopt;
        }
        const ScriptTools::Contents contents = m_tools.contents(value);
        m_hasLostContents |= contents.isIncomplete;
        if (contents.values.isUndefined()) {
            m_frames.push_back(std::make_unique<Frame>(value));
            return std::nullopt;
        }
        return beginList(value, contents.keys, contents.values);
    }

    std::optional<QVariant> beginList(const QJSValue &object, const QJSValue &keys, const QJSValue &values)
    {
        const quint32 count = values.property(QStringLiteral("length")).toUInt();
        if (count > largeCount && m_tools.isSparse(values)) {
            m_hasLostContents = true;
            return QVariant();
        }
        m_frames.push_back(std::make_unique<Frame>(object, keys, values, count));
        return std::nullopt;
    }

    // The destruction of nested containers is Qt's, and recursive.
    static bool isTooDeep(int depth) { return depth > maximumDepth; }

    Finished cut()
    {
        m_isCut = true;
        return {QVariant(), 0};
    }

    ScriptTools::Numbers &beginNumbers()
    {
        m_numbers.emplace(m_tools);
        return *m_numbers;
    }

    static constexpr int maximumDepth = 1024; // as in QJsonDocument
    static constexpr std::size_t smallSize = 16;
    static constexpr quint32 largeCount = 1U << 16;

    QJSEngine *const m_engine;
    ScriptTools &m_tools;
    std::optional<ScriptTools::Numbers> m_numbers;
    std::vector<std::unique_ptr<Frame>> m_frames;
    std::vector<std::optional<Finished>> m_known; // by number; empty while it is being converted
    bool m_isCut = false;
    bool m_hasLostContents = false;
};

} // namespace

QVariant toPlainVariant(QJSEngine *engine, const QJSValue &value)
{
    return Conversion(engine, ScriptHome::of(engine)->tools()).convert(value);
}

} // namespace SignalBox::detail
