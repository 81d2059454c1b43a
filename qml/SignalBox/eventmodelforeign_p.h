// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/eventmodelfilter.h>

#include <SignalBox/qt/models/eventmodel.h>

#include <QtQml/qqml.h>

namespace SignalBox {

// "EventModel" in QML.
struct EventModelForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::EventModel)
    QML_NAMED_ELEMENT(EventModel)
    QML_EXTENDED(SignalBox::EventModelFilter)
};

} // namespace SignalBox
