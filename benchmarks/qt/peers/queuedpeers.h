// SPDX-License-Identifier: MIT
#pragma once

#include "../../peers/foreachpeer.h"
#include "mutexlist.h"
#include "qtinvokemethod.h"
#include "qtqueuedsignal.h"
#include "signalboxasync.h"

namespace SignalBoxBenchmark {

// A peer here is a class whose constructor takes the TargetThread of its handlers, with
//     static constexpr const char *name          what the tables call it
//     void add(handler);                         before the first event
//     void notify(const Event &);                from any thread; the handlers run on the target
// It is destroyed while the target lives and nothing waits. Qt's queued signal, the one that bars are measured by,
// comes right before SignalBox.
using QueuedPeers = PeerList<QtQueuedSignal, SignalBoxAsync, QtInvokeMethod, MutexList>;

} // namespace SignalBoxBenchmark
