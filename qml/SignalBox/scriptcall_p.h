// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handleroptions.h>
#endif
#include <SignalBox/qt/detail/event.h>

#include <QtQml/qjsmanagedvalue.h>
#include <QtQml/qjsvalue.h>

#include <memory>

// How events and calls get into a JavaScript engine. All of it runs on the engine's thread.
namespace SignalBox::detail {

class ScriptHome;

/*!
    The argument list for handlers of \a event, for an engine that is alive: converted by the first handler of this engine that
    asks, then kept with the event for the others, for as long as it lives. \c undefined if the event's type cannot be held by a
    QVariant.
*/
QJSValueList argumentsFor(const Event &event, const std::shared_ptr<const ScriptHome> &home);

/*! Makes \a argument what argumentsFor() gives, and gives it. */
QJSValueList setArgument(const Event &event, const std::shared_ptr<const ScriptHome> &home, QJSValue argument);

/*! Calls \a function of an engine that is alive; throws ScriptException for whatever it throws. */
QJSValue callScript(const std::shared_ptr<const ScriptHome> &home, const QJSManagedValue &function, const QJSValueList &arguments);

/*! What a handler's result asks for: SignalBox.Stop, or anything else. */
Propagation propagationOf(const QJSValue &result);

} // namespace SignalBox::detail
