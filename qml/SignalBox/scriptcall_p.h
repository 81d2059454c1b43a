// SPDX-License-Identifier: MIT
#pragma once

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <compare> and <concepts>
#include <SignalBox/core/handleroptions.h>
#endif
#include <SignalBox/qt/detail/event.h>

#include <QtCore/qstring.h>
#include <QtQml/qjsvalue.h>

QT_BEGIN_NAMESPACE
class QJSEngine;
QT_END_NAMESPACE

// How events and calls get into a JavaScript engine. All of it runs on the engine's thread.
namespace SignalBox::detail {

/*!
    The argument list for handlers of \a event: converted by the first handler of this engine that asks, then kept with
    the event for the others. \c undefined if the event's type cannot be held by a QVariant.
*/
QJSValueList argumentsFor(const Event &event, QJSEngine *engine);

/*! Makes \a arguments what argumentsFor() gives. */
void setArguments(const Event &event, QJSEngine *engine, const QJSValueList &arguments);

/*! Calls \a function; throws ScriptException for whatever it throws. */
QJSValue callScript(QJSEngine *engine, const QJSValue &function, const QJSValueList &arguments);

/*! What a handler's result asks for: SignalBox.Stop, or anything else. */
Propagation propagationOf(const QJSValue &result);

} // namespace SignalBox::detail
