// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QJSEngine;
class QJSValue;
class QVariant;
QT_END_NAMESPACE

namespace SignalBox::detail {

/*!
    \a value for C++ handlers on any thread: objects become QVariantMap, arrays QVariantList, all else what
    QJSValue::toVariant() makes of it, but that functions and symbols, which only their engine can hold, become invalid.
    So does what refers back to an object around it, and what a getter throws instead of returning. Warns of what does not fit: see
    QmlRegistry. Linear in the size of the value. Engine's thread only.
*/
QVariant toPlainVariant(QJSEngine *engine, const QJSValue &value);

} // namespace SignalBox::detail
