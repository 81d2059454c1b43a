// SPDX-License-Identifier: MIT
#pragma once

#include <string>

// One question per file. Each function registers the benchmarks of its question, in the order in which they run.
namespace SignalBoxBenchmark {

void registerBurst();
void registerWaitingEvents();
void registerBacklogs();
void registerBatches();
void registerKeys();
void registerTimerGap();
void registerRoundTrip();
void registerInlinePost();
void registerInlineFuture();
void registerCompletion();
void registerCoroutines();
void registerSources();
void registerOffer();

// The name of a variant in which event loops take part: with "-noglib" where Qt has no GLib or was told not to use it
// (QT_NO_GLIB=1).
std::string withEventLoop(std::string variant);

} // namespace SignalBoxBenchmark
