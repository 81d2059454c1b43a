// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/detail/event.h>

#include <QtCore/qstring.h>
#include <QtQml/qjsvalue.h>

QT_BEGIN_NAMESPACE
class QJSEngine;
class QObject;
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

/*!
    Calls a slot of \a receiver, given by SLOT(), when \a owner gets its Component.destruction, or is destroyed without
    one. More than one call may come.
*/
void connectToEnd(QObject *owner, QObject *receiver, const char *slot);

} // namespace SignalBox::detail
