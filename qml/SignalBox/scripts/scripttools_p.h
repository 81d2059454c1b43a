// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>
#include <QtQml/qjsvalue.h>

#include <cstddef>

QT_BEGIN_NAMESPACE
class QJSEngine;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    What only a script can find out about objects of an engine, or do with them: which of them are the same, what a Map holds, what
    becomes of a promise. Engine's thread only, while the engine is alive.
*/
class ScriptTools
{
public:
    explicit ScriptTools(QJSEngine *engine);
    Q_DISABLE_COPY_MOVE(ScriptTools)

    /*! Of an object in a walk. */
    struct Number
    {
        std::size_t value;
        bool isKnown; // the object had it already
    };

    /*!
        The objects of one walk, numbered from 0.

        QtQml has no hash of an object, and its Map looks at one key after the other. So beyond the first 32, an object is given a
        property that has its number: a symbol that no enumeration lists, and which stays. Objects that take no property, such as
        frozen ones, are looked for one by one.
    */
    class Numbers
    {
    public:
        explicit Numbers(ScriptTools &tools);
        Q_DISABLE_COPY_MOVE(Numbers)
        ~Numbers();

        Number of(const QJSValue &object);

    private:
        ScriptTools &m_tools;
        QJSValue m_numberOf;
        std::size_t m_count = 0;
    };

    /*! Whether it is neither an array nor of a class. */
    bool isPlain(const QJSValue &object) const;

    /*! Of a Map, a Set, a typed array or a DataView; of others, two undefined. */
    struct Contents
    {
        QJSValue keys; // of a Map: an array
        QJSValue values; // an array
        bool isIncomplete = false; // a Map has keys that are neither strings nor numbers
    };
    Contents contents(const QJSValue &object) const;

    /*! Whether most elements of an array are missing. */
    bool isSparse(const QJSValue &array) const;

    struct Promise
    {
        QJSValue promise;
        QJSValue resolve; // a function of the promise's value
    };
    Promise makePromise() const;
    bool isPromise(const QJSValue &object) const;
    /*!
        Calls a method of \a watch, an object, once when the promise is settled: fulfil(), or reject(reason, text) with what it was
        rejected with, and as text.
    */
    void watchPromise(const QJSValue &promise, const QJSValue &watch) const;

private:
    const QJSValue m_objectPrototype;
    QJSValue m_beginNumbers;
    QJSValue m_contents;
    QJSValue m_isSparse;
    QJSValue m_makePromise;
    QJSValue m_isPromise;
    QJSValue m_watchPromise;
    int m_walks = 0; // under way: a getter may begin another one
};

} // namespace SignalBox::detail
