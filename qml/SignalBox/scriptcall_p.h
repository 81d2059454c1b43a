// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handleroptions.h>
#endif
#include <SignalBox/qt/delivery/event.h>

#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

#include <memory>

// How events and calls get into a JavaScript engine. All of it runs on the engine's thread.
namespace SignalBox::detail {

class ScriptHome;

/*!
    The argument list for handlers of \a event, for an engine that is alive: converted by the first handler of this engine that
    asks, then kept with the event for the others, for as long as it lives. \c undefined if the event's type cannot be held by a
    QVariant. An event without extras keeps nothing: then the list is put into \a own.
*/
const QJSValueList &argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValueList &own);

/*! Makes \a argument what argumentsFor() gives, for an event with extras. */
void setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument);

/*! Calls \a function; throws ScriptException for whatever it throws. */
QJSValue callScript(QJSEngine *engine, const QJSManagedValue &function, const QJSValueList &arguments);

/*! What a handler's result asks for: SignalBox.Stop, or anything else. */
Propagation propagationOf(const QJSValue &result);

} // namespace SignalBox::detail
