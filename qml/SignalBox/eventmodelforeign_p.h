// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/eventmodel.h>

#include <QtQml/qqml.h>

namespace SignalBox {

// "EventModel" in QML.
struct EventModelForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::EventModel)
    QML_NAMED_ELEMENT(EventModel)
};

} // namespace SignalBox
