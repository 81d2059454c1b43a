// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/asyncoptions.h>

#include <QtCore/qstring.h>

QT_BEGIN_NAMESPACE
class QJSValue;
class QObject;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*! What the options object of a registerHandler() call in JavaScript says. */
struct ScriptOptions
{
    AsyncOptions options = {};
    QObject *owner = nullptr; // null if there is none
    QString error = {};       // what is wrong with the object; empty if nothing

    /*! Undefined: the defaults. */
    static ScriptOptions of(const QJSValue &object);
};

} // namespace SignalBox::detail
