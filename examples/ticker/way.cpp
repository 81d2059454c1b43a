// SPDX-License-Identifier: MIT
#include "way.h"

std::unique_ptr<Way> Way::make(Kind kind, int symbols)
{
    switch (kind) {
    case Kind::QueuedSignals: return makeQueuedSignals(symbols);
    case Kind::Throttle: return makeThrottle(symbols);
    case Kind::ByHand: return makeByHand(symbols);
    case Kind::SignalBox: break;
    }
    return makeThroughSignalBox(symbols);
}
