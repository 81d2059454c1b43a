// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handleroptions.h>
#endif
#include <SignalBox/qt/delivery/event.h>

#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

// How events and calls get into a JavaScript engine. All of it runs on the engine's thread.
namespace SignalBox::detail {

class Batch;
class OngoingCall;
class ScriptHome;

/*!
    The argument list for handlers of \a event, for an engine that is alive: converted by the first handler of this engine that
    asks, then kept with the event for the others, for as long as it lives. \c undefined if the event's type cannot be held by a
    QVariant. An event without extras keeps nothing: then the list is put into \a own.
*/
const QJSValueList &argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValueList &own);

/*!
    The argument list for a handler of \a batch: an array of its events, as argumentsFor() gives each of them, and the number of those that were
    lost. The array has those that \a isAccepted accepts, which is called with the arguments of one event.
*/
QJSValueList argumentsFor(const Batch &batch, const std::shared_ptr<const ScriptHome> &home,
                          const std::function<bool(const QJSValueList &)> &isAccepted = {});

/*! Makes \a argument what argumentsFor() gives, for an event with extras. */
void setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument);
/*! What setArgument() has set. */
const QJSValue &argumentOf(const Event &event, const ScriptHome &home);

/*! For the notifying thread, any: \a event is about to reach a handler of the engine with this \a key. See Event::prepareValue(). */
void prepareForScript(const Event &event, const void *key);

/*!
    What RegistryObject::registerEventHandler() takes for a handler of an engine, \c Run: a Propagation(const Event &, const OngoingCall &); or
    registerBatchGuard(), \c Run: a void(const Batch &, const OngoingCall &).
*/
template <class Run>
class ScriptCall
{
public:
    /*! \a key: of the engine's ScriptHome, which may end before this does. */
    ScriptCall(const void *key, Run run) : m_run(std::move(run)), m_key(key) {}

    template <class Notified>
        requires std::is_invocable_v<const Run &, const Notified &, const OngoingCall &>
    auto operator()(const Notified &notified, const OngoingCall &call) const
    {
        return m_run(notified, call);
    }
    void prepare(const Event &event) const { prepareForScript(event, m_key); }

private:
    Run m_run;
    const void *m_key;
};

/*! Calls \a function; throws ScriptException for whatever it throws. */
QJSValue callScript(QJSEngine *engine, const QJSManagedValue &function, const QJSValueList &arguments);

/*! What a handler's \a result asks for: SignalBox.Stop, or anything else. If it is a promise, \a call is done when that is settled. */
Propagation takeResult(const QJSValue &result, const std::shared_ptr<const ScriptHome> &home, const OngoingCall &call);

} // namespace SignalBox::detail
