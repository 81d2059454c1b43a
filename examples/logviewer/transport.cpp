// SPDX-License-Identifier: MIT
#include "transport.h"

std::unique_ptr<Transport> Transport::make(Kind kind, int capacity)
{
    switch (kind) {
    case Kind::QueuedSignals: return makeQueuedSignals(capacity);
    case Kind::BatchedSignals: return makeBatchedSignals(capacity);
    case Kind::Throttle: return makeThrottle(capacity);
    case Kind::ByHand: return makeByHand(capacity);
    case Kind::SignalBox: break;
    }
    return makeThroughSignalBox(capacity);
}
