// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qcoreevent.h>
#include <QtCore/qobject.h>

namespace SignalBox::Doctor {

// Before any event is delivered.
void noteEvent(QObject *receiver, QEvent *event);

// Qt does this at the beginning of a loop of the main thread: what ran until then was none of a loop's.
void noteLoopBegins();

} // namespace SignalBox::Doctor
