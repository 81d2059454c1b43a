// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#include <vector>

QT_BEGIN_NAMESPACE
class QQmlEngine;
class QString;
QT_END_NAMESPACE

namespace SignalBox {

class RegistryObject;

namespace detail {

/*!
    The registries of that name that QML code of \a engine may use: those of the engine, and those of C++ that live on this thread. First the
    one that took the name first. Engine's thread only.
*/
std::vector<RegistryObject *> namedRegistries(const QString &name, const QQmlEngine *engine);

} // namespace detail

} // namespace SignalBox
