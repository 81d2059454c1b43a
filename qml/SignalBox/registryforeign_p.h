// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/registry/registryobject.h>

#include <QtQml/qqml.h>

namespace SignalBox {

// "Registry" in QML: the type of a property that takes any registry.
struct RegistryForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::RegistryObject)
    QML_NAMED_ELEMENT(Registry)
    QML_UNCREATABLE("Registry is the common face of QmlRegistry and of every AsyncRegistry that C++ provides.")
};

} // namespace SignalBox
