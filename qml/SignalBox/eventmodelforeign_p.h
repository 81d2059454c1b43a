// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/eventmodelscripts_p.h>

#include <SignalBox/qt/models/eventmodel.h>

#include <QtQml/qqml.h>

namespace SignalBox {

// "EventModel" in QML.
struct EventModelForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::EventModel)
    QML_NAMED_ELEMENT(EventModel)
    QML_EXTENDED(SignalBox::detail::EventModelScripts)
};

} // namespace SignalBox
