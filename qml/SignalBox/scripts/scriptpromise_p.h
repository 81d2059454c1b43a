// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/core/dispatchreport.h>

#include <QtCore/qfuture.h>
#include <QtCore/qglobal.h>
#include <QtQml/qjsvalue.h>

#include <memory>

QT_BEGIN_NAMESPACE
class QJSEngine;
QT_END_NAMESPACE

namespace SignalBox::detail {

class ScriptHome;

/*! A promise of JavaScript that C++ resolves. Engine's thread only. */
class ScriptPromise
{
public:
    /*!
        The last owner may let go of it on any thread. If it is not resolved then, it is resolved with undefined, in a later turn of the
        event loop.
    */
    static std::shared_ptr<ScriptPromise> create(const std::shared_ptr<const ScriptHome> &home);
    Q_DISABLE_COPY_MOVE(ScriptPromise)

    const QJSValue &promise() const { return m_promise; }

    /*! The first time counts. Runs code of the script's only if \a value is an object with a member \c then. */
    void resolve(const QJSValue &value);
    /*! With \c {called, failed, dropped}. */
    void resolve(const DispatchReport &report);

private:
    class Ending;

    explicit ScriptPromise(const std::shared_ptr<const ScriptHome> &home);
    ~ScriptPromise();
    static void letGo(ScriptPromise *promise);

    const std::shared_ptr<const ScriptHome> m_home;
    QJSValue m_promise;
    QJSValue m_resolve; // undefined once it is resolved
};

/*! Resolves \a promise when \a report is there. */
void resolveLater(std::shared_ptr<ScriptPromise> promise, QJSEngine *engine, const QFuture<DispatchReport> &report);

/*! Whether \a value is a promise. Engine's thread only. */
bool isPromise(const QJSValue &value, const ScriptHome &home);

/*!
    A future that finishes with \a promise, and holds a QmlException if that is rejected. It finishes as if fulfilled when
    nothing can settle the promise any more, or the engine ends. Engine's thread only.
*/
QFuture<void> futureOf(const QJSValue &promise, const std::shared_ptr<const ScriptHome> &home);

} // namespace SignalBox::detail
