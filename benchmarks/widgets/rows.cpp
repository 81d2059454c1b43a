// SPDX-License-Identifier: MIT
//
// How long does a visible table keep its window from a frame, at worst, while four threads send it 500 000 rows per second for ten
// seconds? Does its memory grow, once it has as many rows as it may, and is each row shown or counted? With an EventModel, and with a
// buffer, a timer and a model by hand. The same window without any row shows what the machine does.
#include "../measure.h"
#include "questions.h"

#include "comparison.h"
#include "floodoptions.h"
#include "logwindow.h"

namespace SignalBoxBenchmark {

namespace {

constexpr double seconds = 10;

struct Way
{
    const char *name;
    Transport::Kind kind;
    int rate;
};

constexpr Way ways[] = {{"idle", Transport::Kind::SignalBox, 0},
                        {"SignalBox", Transport::Kind::SignalBox, Workers::maximumRate},
                        {"mutex + vector + timer", Transport::Kind::ByHand, Workers::maximumRate}};

// Until the window is laid out, and rows have begun to go.
void fill(const LogWindow &window, int rate)
{
    runFor(0.5);
    while (rate > 0 && window.transport().shown() < 2 * LogWindow::capacity)
        runFor(0.1);
}

void measureRows(benchmark::State &state, const Way &way)
{
    for ([[maybe_unused]] auto round : state) {
        LogWindow window(way.kind, way.rate);
        window.show();
        fill(window, way.rate);
        const qint64 sentBefore = window.sent();
        Measurement result;
        Meter meter;
        meter.start();
        runFor(seconds);
        const double sent = static_cast<double>(window.sent() - sentBefore);
        window.stopWorkers();
        meter.stop(result);
        const Transport &transport = window.transport();
        state.SetIterationTime(result.worstGap / 1e3);
        state.counters["usual_ns"] = result.usualGap * 1e6;
        state.counters["gui_share"] = result.cpu / 100;
        if (way.rate == 0)
            continue;
        state.counters["rows_per_s"] = sent / seconds;
        state.counters["growth_bytes"] = result.memory * 1024 * 1024 / sent;
        state.counters["lost_share"] = static_cast<double>(transport.lost()) / static_cast<double>(window.sent());
        state.counters["unaccounted"] = static_cast<double>(window.sent() - transport.shown() - transport.lost());
    }
}

} // namespace

void registerRows()
{
    for (const Way &way : ways) {
        benchmark::RegisterBenchmark(benchmarkName("rows", way.name, "table").c_str(),
                                     [way](benchmark::State &state) { measureRows(state, way); })
                ->UseManualTime()
                ->Unit(benchmark::kMillisecond)
                ->Iterations(1);
    }
}

} // namespace SignalBoxBenchmark
