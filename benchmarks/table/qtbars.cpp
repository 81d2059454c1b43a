// SPDX-License-Identifier: MIT
#include "bars.h"
#include "barvalues.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace SignalBoxBenchmark {

namespace {

const std::string us = "SignalBox";
const std::string qt = "Qt queued signal";

void addAtLeast(std::vector<Bar> &bars, const std::string &what, double factor, const Bar::Value &ours,
                const Bar::Value &theirs)
{
    bars.push_back({what, ">= " + format(factor, Unit::Ratio) + " as fast", Unit::Ratio, quotient(theirs, ours), factor,
                    qt, theirs, Unit::Time, Bar::Side::AtLeast});
}

void addBurstBars(std::vector<Bar> &bars)
{
    struct EventLoop
    {
        std::string suffix;
        std::string words;
        double factor;
    };
    for (const auto &[suffix, words, factor] :
         {EventLoop{"", "", 12}, EventLoop{"-noglib", ", QT_NO_GLIB=1", 8}}) {
        for (const std::string target : {"together", "blocked"}) {
            const std::string variant = target + suffix;
            addAtLeast(bars, "burst of 1 000 000 ints to one handler on another thread, " + target + words, factor,
                       timeOf("burst", us, "1-" + variant), timeOf("burst", qt, "1-" + variant));
        }
    }
    for (const auto &[target, factor] : {std::pair<std::string, double>{"together", 30}, {"blocked", 18}}) {
        addAtLeast(bars, "burst to 8 handlers on one thread, per delivery, " + target, factor,
                   timeOf("burst", us, "8-" + target), timeOf("burst", qt, "8-" + target));
    }
    for (const std::string target : {"together", "blocked"}) {
        addAtLeast(bars, "Backlog::newest under that burst to one handler, " + target, 16, timeOf("latest", us, target),
                   timeOf("burst", qt, "1-" + target));
    }
}

// An event for one batch handler alone lies in that handler's own store.
void addBatchBars(std::vector<Bar> &bars)
{
    const std::string peer = "mutex + QList";
    for (const auto &[variant, words] :
         {std::pair<std::string, std::string>{"one-producer", "one producer"}, {"two-producers", "two producers"}}) {
        for (const std::string target : {"-blocked", "-together"}) {
            const Bar::Value theirs = timeOf("batches", peer, variant + target);
            bars.push_back({"a batch handler under that burst, " + words + ", " + target.substr(1), "<= 1.2 x mutex + QList", Unit::Ratio,
                            quotient(timeOf("batches", us, variant + target), theirs), 1.2, peer, theirs});
        }
    }
}

// Two producers.
void addKeyBars(std::vector<Bar> &bars)
{
    const std::string maps = "16 mutexes + maps";
    const auto add = [&](const std::string &what, double nanoseconds, const Bar::Value &ours, const Bar::Value &theirs) {
        bars.push_back({"newestBy() with 5000 keys, " + what, "<= " + format(nanoseconds, Unit::Time), Unit::Time, ours, nanoseconds, maps, theirs});
    };
    for (const std::string target : {"together", "blocked"}) {
        const std::string variant = "int-" + target;
        add("an int key, a post, " + target, 60, timeOf("keys", us, variant), timeOf("keys", maps, variant));
        bars.push_back({"newestBy() with 5000 keys, an int key, a post, " + target, "<= 0.8 x " + maps, Unit::Ratio,
                        quotient(timeOf("keys", us, variant), timeOf("keys", maps, variant)), 0.8, maps, timeOf("keys", maps, variant)});
        add("a QString key, a post, " + target, 150, timeOf("keys", us, "QString-" + target), timeOf("keys", maps, "QString-" + target));
    }
    for (const std::string type : {"int", "QString"}) {
        add(type + ", each key that the target takes", 40, counterOf("keys", us, type + "-blocked", "key_ns"),
            counterOf("keys", maps, type + "-blocked", "key_ns"));
    }
}

void addMemoryBars(std::vector<Bar> &bars)
{
    const auto add = [&bars](const std::string &what, const std::string &counter) {
        const Bar::Value theirs = counterOf("waiting", qt, "all", counter);
        bars.push_back({what, "<= 0.25 x Qt", Unit::Ratio, quotient(counterOf("waiting", us, "all", counter), theirs),
                        0.25, qt, theirs, Unit::Count});
    };
    add("bytes per waiting event, from the allocator", "bytes");
    add("bytes per waiting event, resident", "resident_bytes");
    // A quarter of a byte for each of a million events: a page or two, or some dozens.
    bars.push_back({"Backlog::newest: bytes that become resident, per event of that burst", "flat: <= 0.25", Unit::Count,
                    counterOf("waiting", us, "latest", "resident_bytes"), 0.25, qt,
                    counterOf("waiting", qt, "all", "resident_bytes"), Unit::Count});
    bars.push_back({"allocations per post after warm-up, delivery included", "<= 1", Unit::Count,
                    counterOf("waiting", us, "all", "allocations"), 1, qt,
                    counterOf("waiting", qt, "all", "allocations"), Unit::Count});
}

// What the flood adds to the worst gap of an idle loop, or to the timer's 16 ms if the loop did better.
Bar::Value excessGap(const std::string &question, const std::string &variant)
{
    return [=](const ProcessRun &run) -> std::optional<double> {
        const std::optional<double> gap = run.time(question, us, variant);
        const std::optional<double> idle = run.time(question, "idle", variant);
        return gap && idle ? std::optional(*gap - std::max(*idle, 16e6)) : std::nullopt;
    };
}

void addLatencyBars(std::vector<Bar> &bars)
{
    bars.push_back({"worst gap of a 16 ms timer in the target loop under 2 000 000 events/s for 3 s, less the idle worst",
                    "<= 14 ms more", Unit::Time, excessGap("timer-gap", "flood"), 14e6, "idle",
                    timeOf("timer-gap", "idle", "flood")});
    bars.push_back({"the events/s of that flood, nothing lost", ">= 1 980 000", Unit::Rate,
                    counterOf("timer-gap", us, "flood", "events_per_s"), 1.98e6, qt,
                    counterOf("timer-gap", qt, "flood", "events_per_s"), Unit::Rate, Bar::Side::AtLeast});
    const Bar::Value roundTrip = timeOf("round-trip", qt, "1");
    bars.push_back({"round trip of a single event between two threads", "<= 1.15 x Qt queued", Unit::Ratio,
                    quotient(timeOf("round-trip", us, "1"), roundTrip), 1.15, qt, roundTrip});
    for (const std::string count : {"1", "8"}) {
        const std::string ready = "QtFuture::makeReadyFuture";
        const Bar::Value theirs = timeOf("future", ready, "inline-" + count);
        bars.push_back({"notify() future, all handlers inline: " + count, "<= 1.20 x makeReadyFuture", Unit::Ratio,
                        quotient(timeOf("future", us, "inline-" + count), theirs), 1.2, ready, theirs});
    }
    const std::string sequential = us + " sequential";
    const Bar::Value notify = timeOf("future", us, "inline-1");
    bars.push_back({"notifySequential() future, one inline handler", "<= 1.20 x notify()'s", Unit::Ratio,
                    quotient(timeOf("future", sequential, "inline-1"), notify), 1.2, "notify()", notify});
    bars.push_back({"notifySequential() future, each of 15 further inline handlers", "<= " + format(12, Unit::Time), Unit::Time,
                    quotient(difference(timeOf("future", sequential, "inline-16"), timeOf("future", sequential, "inline-1")), constant(15)),
                    12, "notify() with 16", timeOf("future", us, "inline-16")});
    bars.push_back({"a traced post to one inline handler, the producer's side", "<= " + format(120, Unit::Time), Unit::Time,
                    timeOf("post", us, "traced-1"), 120, "not traced", timeOf("post", us, "inline-1")});
}

void addRowBars(std::vector<Bar> &bars)
{
    const std::string peer = "mutex + vector + timer";
    const auto counter = [&](const std::string &name, const std::string &key) { return counterOf("rows", name, "table", key); };
    bars.push_back({"500 000 rows/s into an EventModel in a visible QTableView for 10 s: worst gap between frames, less the idle worst",
                    "<= 14 ms more", Unit::Time, excessGap("rows", "table"), 14e6, "idle", timeOf("rows", "idle", "table")});
    bars.push_back({"the rows/s of that", ">= 495 000", Unit::Rate, counter(us, "rows_per_s"), 4.95e5, peer,
                    counter(peer, "rows_per_s"), Unit::Rate, Bar::Side::AtLeast});
    // Of five million rows, half a byte each is what the rows of two frames take.
    bars.push_back({"its memory once the model is full: growth at its highest, in bytes per row", "flat: <= 0.5", Unit::Count,
                    counter(us, "growth_bytes"), 0.5, peer, counter(peer, "growth_bytes"), Unit::Count});
    bars.push_back({"its rows that were neither shown nor counted as lost", "0", Unit::Count, counter(us, "unaccounted"), 0, peer,
                    counter(peer, "unaccounted"), Unit::Count});
}

// Tables in order, and of lists that are replaced as a whole.
void addOrderBars(std::vector<Bar> &bars)
{
    const std::string proxy = "QSortFilterProxyModel";
    const Bar::Value theirs = counterOf("sorted", proxy, "60ms", "update_ns");
    bars.push_back({"5000 symbols, 200 000 quotes/s, sorted by the price, in a visible QTableView: the GUI thread's time for an update, 16 a second, as often "
                    "as both can",
                    "<= 0.20 x " + proxy, Unit::Ratio, quotient(counterOf("sorted", us, "60ms", "update_ns"), theirs), 0.2, proxy, theirs});
    const Bar::Value theirsOfAll = counterOf("sorted", proxy, "250ms", "update_ns");
    bars.push_back({"the same, four a second, where all rows have changed", "<= 0.20 x " + proxy, Unit::Ratio,
                    quotient(counterOf("sorted", us, "250ms", "update_ns"), theirsOfAll), 0.2, proxy, theirsOfAll});
    const Bar::Value theirShare = counterOf("sorted", proxy, "16ms", "gui_share");
    bars.push_back({"the GUI thread's share of a CPU for that, updated each frame, which the proxy cannot keep up with", "<= 0.20 x " + proxy, Unit::Ratio,
                    quotient(counterOf("sorted", us, "16ms", "gui_share"), theirShare), 0.2, proxy, theirShare, Unit::Count});
    bars.push_back({"its worst gap between frames, less the idle worst", "<= 14 ms more", Unit::Time, excessGap("sorted", "16ms"), 14e6, "idle",
                    timeOf("sorted", "idle", "16ms")});
    const std::string reset = "beginResetModel()";
    const Bar::Value ofReset = counterOf("snapshots", reset, "arrival", "snapshot_ns");
    for (const std::string variant : {"arrival", "sorted"}) {
        bars.push_back({"snapshots of 100 000 rows, 10 a second, 1 % changed, 1 % come and go, "
                                + std::string(variant == "sorted" ? "sorted by what changes" : "unsorted") + ": the GUI thread's time for each",
                        "<= 5 ms", Unit::Time, counterOf("snapshots", us, variant, "snapshot_ns"), 5e6, reset, ofReset});
        bars.push_back({"its selection and scroll position are kept", "1", Unit::Count, counterOf("snapshots", us, variant, "kept"), 1, reset,
                        counterOf("snapshots", reset, "arrival", "kept"), Unit::Count, Bar::Side::AtLeast});
    }
}

void addSourceBars(std::vector<Bar> &bars)
{
    const std::string direct = "Qt direct connection";
    for (const std::string target : {"together", "blocked"}) {
        bars.push_back({"an emission of a source to another thread, less a post to the same handler, " + target,
                        "<= 1.3 x a direct connection", Unit::Ratio,
                        quotient(difference(timeOf("sources", us + " source", target), timeOf("sources", us, target)),
                                 timeOf("sources", direct, "direct")),
                        1.3, direct, timeOf("sources", direct, "direct")});
    }
}

void addOfferBars(std::vector<Bar> &bars)
{
    const std::string ring = "ring + timer";
    bars.push_back({"offer() of a RealtimeSource, of 30 000 samples of a hundred the median", "<= " + format(10, Unit::Time), Unit::Time,
                    timeOf("offer", us, "hundred"), 10, ring, timeOf("offer", ring, "hundred")});
    // What interrupts the machine interrupts a look at the clock, too.
    const Bar::Value clock = counterOf("offer", "idle", "one", "p99999_ns");
    bars.push_back({"offer() of a RealtimeSource, what 99.999 % of single ones do not exceed, less that of the look at the clock alone",
                    "<= 1 us more", Unit::Time, difference(counterOf("offer", us, "one", "p99999_ns"), clock), 1000,
                    "the look at the clock", clock});
}

// In a Task, on one thread.
void addAwaitBars(std::vector<Bar> &bars)
{
    const Bar::Value nothing = [](const ProcessRun &) { return std::optional<double>(); };
    const auto add = [&](const std::string &what, const std::string &variant, double nanoseconds, double awaits) {
        const Bar::Value time = quotient(timeOf("await", us, variant), constant(awaits));
        bars.push_back({what, "<= " + format(nanoseconds, Unit::Time), Unit::Time, time, nanoseconds, "", nothing});
    };
    add("an await of an inline notify", "inline-notify-1000", 85, 1000);
    add("an await of a stream's next event, with its post", "stream", 60, 1);
    add("an await of another coroutine", "child-1000", 25, 1000);
    add("spawn of a coroutine that ends at once", "spawn", 100, 1);
    // Some hundred events share an allocation.
    bars.push_back({"allocations per await of a stream's next event, with its post", "0, but for memory of events: <= 0.01", Unit::Count,
                    counterOf("await", us, "stream", "mallocs"), 0.01, "", nothing, Unit::Count});
}

} // namespace

std::vector<Bar> qtBars()
{
    std::vector<Bar> bars;
    addBurstBars(bars);
    addBatchBars(bars);
    addKeyBars(bars);
    addMemoryBars(bars);
    addLatencyBars(bars);
    addRowBars(bars);
    addOrderBars(bars);
    addSourceBars(bars);
    addOfferBars(bars);
    addAwaitBars(bars);
    return bars;
}

} // namespace SignalBoxBenchmark
