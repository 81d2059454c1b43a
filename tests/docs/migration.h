// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qstringlist.h>

// What the two sides of a pair of src/manual/porting.md have done; sides that need what is not in Debian are not there.
QStringList qtSignalsBefore();
QStringList qtSignalsAfter();
QStringList qtSlotsAfter();
QStringList connectBefore();
QStringList connectAfter();
QStringList batchesOfArguments();
QStringList batchesOfStructs();
QStringList theEndComesLast();
QStringList theEndIsPosted();
QStringList tablesAfter();
QStringList theEndIsNotified();
bool memberConnectionIsEnded();
QStringList debounceBefore();
QStringList debounceAfter();
QStringList connectionTypesAfter();
QStringList throttlersAfter();
QStringList byHandBefore();
QStringList byHandAfter();
QStringList clearedInOrder();
QStringList streamAfter();
bool movedWithItsOwner();
QStringList signals2Before(); // with Boost only
QStringList signals2After();
QStringList connectExtendedAfter();
QStringList groupsAfter();
bool isEndedWithItsRegistry();
QStringList sigslotAfter();
QStringList kdBindingsAfter();
QStringList boundArgumentsAfter();
