// SPDX-License-Identifier: MIT
#include <SignalBox/scripts/scripttools_p.h>

#include <QtCore/qstring.h>
#include <QtQml/qjsengine.h>

#include <cmath>

namespace SignalBox::detail {

namespace {

// Evaluated once per engine: an array of functions.
const char *const program = R"js((function() {
    "use strict";
    const mark = Symbol("SignalBox");
    const fewest = 32;
    let next = 0; // a number that no object has

    // Returns a function that gives the number of an object it knows, and else -1 - the object's new number.
    function beginNumbers(mayMark) {
        const begin = next;
        const objects = [];
        const unmarked = [];
        const numbers = []; // of those

        function markAs(object, number) {
            try {
                const other = object[mark] - begin; // another object's, through a prototype or a proxy
                if (!(other >= 0 && other < objects.length && objects[other] !== object)) {
                    const property = { value: begin + number, writable: true, configurable: true };
                    if (Reflect.defineProperty(object, mark, property) && object[mark] === begin + number)
                        return;
                }
            } catch (error) {
            }
            unmarked.push(object);
            numbers.push(number);
        }

        function find(object) {
            if (!mayMark || objects.length < fewest)
                return objects.indexOf(object);
            let number = -1;
            try {
                number = object[mark] - begin;
            } catch (error) {
            }
            if (number >= 0 && objects[number] === object)
                return number;
            const place = unmarked.indexOf(object);
            return place < 0 ? -1 : numbers[place];
        }

        return object => {
            const known = find(object);
            if (known >= 0)
                return known;
            const number = objects.length;
            objects.push(object);
            ++next;
            if (mayMark && objects.length === fewest)
                objects.forEach(markAs);
            else if (mayMark && objects.length > fewest)
                markAs(object, number);
            return -1 - number;
        };
    }

    // [keys or undefined, values, whether there are keys that cannot be text]
    function contents(object) {
        try {
            if (object instanceof Map) {
                const keys = [];
                const values = [];
                object.forEach((value, key) => {
                    if (typeof key === "string" || typeof key === "number") {
                        keys.push(String(key));
                        values.push(value);
                    }
                });
                return [keys, values, keys.length !== object.size];
            }
            if (object instanceof Set) {
                const values = [];
                object.forEach(value => { values.push(value); });
                return [undefined, values, false];
            }
            if (object instanceof DataView)
                object = new Uint8Array(object.buffer, object.byteOffset, object.byteLength);
            if (ArrayBuffer.isView(object))
                return [undefined, Array.prototype.slice.call(object), false];
        } catch (error) { // it only looks like one
        }
        return [undefined, undefined, false];
    }

    function isSparse(array) {
        const samples = 64;
        let present = 0;
        for (let i = 0; i < samples; ++i) {
            if (Math.floor(i * array.length / samples) in array)
                ++present;
        }
        return present < samples / 8;
    }

    function makePromise() {
        const made = [];
        made[0] = new Promise(resolve => { made[1] = resolve; });
        return made;
    }

    function isPromise(object) {
        return object instanceof Promise;
    }

    function textOf(reason) {
        try {
            return String(reason);
        } catch (error) {
            return "an object that has no text";
        }
    }

    const then = Promise.prototype.then;
    function watchPromise(promise, watch) {
        then.call(promise, () => watch.fulfil(), reason => watch.reject(reason, textOf(reason)));
    }

    return [beginNumbers, contents, isSparse, makePromise, isPromise, watchPromise];
})())js";

} // namespace

ScriptTools::ScriptTools(QJSEngine *engine)
    : m_objectPrototype(engine->newObject().prototype())
{
    const QJSValue functions = engine->evaluate(QString::fromLatin1(program), QStringLiteral("SignalBox"));
    m_beginNumbers = functions.property(0);
    m_contents = functions.property(1);
    m_isSparse = functions.property(2);
    m_makePromise = functions.property(3);
    m_isPromise = functions.property(4);
    m_watchPromise = functions.property(5);
}

ScriptTools::Numbers::Numbers(ScriptTools &tools)
    : m_tools(tools), m_numberOf(tools.m_beginNumbers.call({tools.m_walks++ == 0}))
{
}

ScriptTools::Numbers::~Numbers()
{
    --m_tools.m_walks;
}

ScriptTools::Number ScriptTools::Numbers::of(const QJSValue &object)
{
    const double number = m_numberOf.call({object}).toNumber();
    if (number >= 0)
        return {static_cast<std::size_t>(number), true};
    ++m_count;
    return {std::isnan(number) ? m_count - 1 : static_cast<std::size_t>(-1 - number), false};
}

bool ScriptTools::isPlain(const QJSValue &object) const
{
    const QJSValue prototype = object.prototype();
    return prototype.isNull() || prototype.strictlyEquals(m_objectPrototype);
}

ScriptTools::Contents ScriptTools::contents(const QJSValue &object) const
{
    const QJSValue result = m_contents.call({object});
    return {result.property(0), result.property(1), result.property(2).toBool()};
}

bool ScriptTools::isSparse(const QJSValue &array) const
{
    return m_isSparse.call({array}).toBool();
}

ScriptTools::Promise ScriptTools::makePromise() const
{
    const QJSValue made = m_makePromise.call();
    return {made.property(0), made.property(1)};
}

bool ScriptTools::isPromise(const QJSValue &object) const
{
    return m_isPromise.call({object}).toBool();
}

void ScriptTools::watchPromise(const QJSValue &promise, const QJSValue &watch) const
{
    m_watchPromise.call({promise, watch});
}

} // namespace SignalBox::detail
