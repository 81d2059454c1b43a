// SPDX-License-Identifier: MIT
//
// What does it cost a visible table to stand in the order of a price that changes: 5000 symbols, 200 000 quotes per second? With an
// EventModel that sorts, and with QSortFilterProxyModel on one that does not. The same table without quotes shows what the machine does; painted as
// often, without quotes, what the view costs anyway; unsorted, what the quotes cost anyway. An update is counted without what the window takes at rest.
#include "../measure.h"
#include "questions.h"

#include "comparison.h"
#include "floodoptions.h"
#include "pacedthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtCore/qsortfilterproxymodel.h>
#include <QtCore/qtimer.h>
#include <QtWidgets/qheaderview.h>
#include <QtWidgets/qtableview.h>

#include <array>
#include <cstdint>

namespace SignalBoxBenchmark {

namespace {

constexpr int symbols = 5000;
constexpr double seconds = 5;

struct Price
{
    int symbol = 0;
    double price = 0;
};

enum class SortedBy { Nothing, Model, Proxy };

struct Way
{
    const char *name;
    SortedBy by;
    int rate;
    bool isOnlyPainted = false; // as often as others are updated
};

constexpr Way ways[] = {{"idle", SortedBy::Model, 0},
                        {"painting alone", SortedBy::Model, 0, true},
                        {"unsorted", SortedBy::Nothing, 200'000},
                        {"SignalBox", SortedBy::Model, 200'000},
                        {"QSortFilterProxyModel", SortedBy::Proxy, 200'000}};

struct Interval
{
    const char *name;
    int milliseconds;
};

// Each frame; as often as both can, for comparing the same work; and so seldom that all rows have changed, which the proxy is told in one signal.
constexpr Interval intervals[] = {{"16ms", 16}, {"60ms", 60}, {"250ms", 250}};

void measureSorted(benchmark::State &state, const Way &way, int interval)
{
    for ([[maybe_unused]] auto round : state) {
        SignalBox::AsyncRegistry<Price> prices;
        SignalBox::EventModel model;
        model.addColumn<Price>("symbol", &Price::symbol);
        model.addColumn<Price>("price", &Price::price);
        model.setKey(QStringLiteral("symbol"));
        model.setInterval(interval);
        model.setRegistry(&prices);
        QSortFilterProxyModel proxy;
        QTableView view;
        view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
        if (way.by == SortedBy::Proxy) {
            proxy.setSourceModel(&model);
            view.setModel(&proxy);
            proxy.sort(1, Qt::DescendingOrder);
        } else {
            view.setModel(&model);
            model.sort(way.by == SortedBy::Model ? 1 : -1, Qt::DescendingOrder);
        }
        view.resize(500, 600);
        view.show();
        for (int i = 0; i < symbols; ++i)
            prices.post({i, 100.0});
        runFor(0.5);
        const double atRest = shareAtRest();
        std::array<PacedThread, 2> threads;
        std::array<std::uint32_t, 2> random{1, 2};
        for (std::size_t i = 0; i < threads.size(); ++i) {
            threads[i].start([&, i](int count) {
                for (; count > 0; --count) {
                    random[i] = random[i] * 1664525 + 1013904223;
                    prices.post({static_cast<int>((random[i] >> 8) % symbols), static_cast<double>(random[i] >> 12) / 100});
                }
            });
            threads[i].setRate(way.rate / 2);
        }
        runFor(0.5);
        const quint64 before = model.received();
        int updates = 0;
        const auto counting = QObject::connect(&model, &SignalBox::EventModel::receivedChanged, &view, [&] { ++updates; });
        QTimer painting;
        QObject::connect(&painting, &QTimer::timeout, &view, [&] {
            ++updates;
            view.viewport()->update();
        });
        if (way.isOnlyPainted)
            painting.start(interval);
        Measurement result;
        Meter meter(Meter::Memory::Ignored);
        meter.start();
        runFor(seconds);
        meter.stop(result);
        QObject::disconnect(counting);
        for (PacedThread &thread : threads)
            thread.stop();
        state.SetIterationTime(result.worstGap / 1e3);
        state.counters["usual_ns"] = result.usualGap * 1e6;
        state.counters["gui_share"] = result.cpu / 100;
        state.counters["updates_per_s"] = updates / seconds;
        if (updates > 0)
            state.counters["update_ns"] = (result.cpu / 100 - atRest) * seconds * 1e9 / updates; // of the GUI thread, painting included
        state.counters["quotes_per_s"] = static_cast<double>(model.received() - before) / seconds;
    }
}

} // namespace

void registerSorted()
{
    for (const Interval &interval : intervals) {
        for (const Way &way : ways) {
            benchmark::RegisterBenchmark(benchmarkName("sorted", way.name, interval.name).c_str(),
                                         [way, interval](benchmark::State &state) {
                                             measureSorted(state, way, interval.milliseconds);
                                         })
                    ->UseManualTime()
                    ->Unit(benchmark::kMillisecond)
                    ->Iterations(1);
        }
    }
}

} // namespace SignalBoxBenchmark
