// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handleroptions.h>
#endif
#include <SignalBox/qt/detail/event.h>

#include <QtCore/qpointer.h>
#include <QtQml/qjsengine.h>
#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

#include <memory>

// How events and calls get into a JavaScript engine. All of it runs on the engine's thread.
namespace SignalBox::detail {

class Mailbox;
class Task;

/*! An engine, and the way into its thread for what outlives it or is let go of elsewhere. */
class ScriptHome
{
public:
    /*! Engine's thread only. */
    explicit ScriptHome(QJSEngine *engine);
    ~ScriptHome();
    Q_DISABLE_COPY_MOVE(ScriptHome)

    /*! Engine's thread only. Null: it is gone. */
    QJSEngine *engine() const { return m_engine; }
    /*! The engine's address, for comparison. */
    const void *key() const noexcept { return m_key; }

    bool isCurrentThread() const noexcept;
    void post(std::unique_ptr<Task> task) const;

private:
    const void *const m_key;
    const QPointer<QJSEngine> m_engine;
    const std::shared_ptr<Mailbox> m_mailbox;
};

/*!
    The argument list for handlers of \a event, for an engine that is alive: converted by the first handler of this engine that
    asks, then kept with the event for the others, for as long as it lives. \c undefined if the event's type cannot be held by a
    QVariant.
*/
QJSValueList argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home);

/*! Makes \a argument what argumentsFor() gives, and gives it. */
QJSValueList setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument);

/*! Calls \a function; throws ScriptException for whatever it throws. */
QJSValue callScript(QJSEngine *engine, const QJSManagedValue &function, const QJSValueList &arguments);

/*! What a handler's result asks for: SignalBox.Stop, or anything else. */
Propagation propagationOf(const QJSValue &result);

} // namespace SignalBox::detail
