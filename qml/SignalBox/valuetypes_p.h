// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/handlerfailure.h>
#include <SignalBox/qt/observing/stallinfo.h>

#include <QtQml/qqml.h>

namespace SignalBox {

// The values that signals and calls hand out, so that tools know their members. Not with the Qt 6.4 of Debian 12: a wrong
// argument for a value type reads uninitialised memory there. 6.8.2 is the first version that was found free of it.

struct HandlerIdForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::HandlerId)
    QML_VALUE_TYPE(handlerId)
};

struct HandlerFailureForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::HandlerFailure)
    QML_VALUE_TYPE(handlerFailure)
};

struct StallInfoForeign
{
    Q_GADGET
    QML_FOREIGN(SignalBox::StallInfo)
    QML_VALUE_TYPE(stallInfo)
};

} // namespace SignalBox
