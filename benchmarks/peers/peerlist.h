// SPDX-License-Identifier: MIT
#pragma once

#include "atomicsharedpointer.h"
#include "boostsignals2.h"
#include "foreachpeer.h"
#include "libsigc.h"
#include "mutexvector.h"
#include "rawloop.h"
#include "sharedmutexvector.h"
#include "signalboxregistry.h"
#ifdef SIGNALBOX_BENCHMARK_QT
#    include "qtdirectconnection.h"
#endif

namespace SignalBoxBenchmark {

// A peer is a default-constructible class with
//     static constexpr const char *name          what the tables call it
//     static constexpr bool isThreadSafe         one object may be notified and changed by several threads
//     static constexpr bool hasPriorities        add() heeds its second argument
//     Handle add(handler, int priority = 0);  void remove(Handle);  void clear();  void notify(const Event &);

// The raw loop comes right before SignalBox, so that the two that are compared most run next to each other.
using AllPeers =
        PeerList<RawLoop, SignalBoxRegistry, MutexVector, SharedMutexVector, AtomicSharedPointer, BoostSignals2, LibSigc
#ifdef SIGNALBOX_BENCHMARK_QT
                 ,
                 QtDirectConnection
#endif
                 >;

} // namespace SignalBoxBenchmark
