// SPDX-License-Identifier: MIT
#include "peertables.h"

namespace SignalBoxBenchmark {

namespace {

// How far single operations are from their median.
std::vector<Column> quantileColumns(const std::string &question, const std::string &variant, const std::string &prefix)
{
    return {{prefix + "median", question, variant, {}},
            {prefix + "90 %", question, variant, "p90_ns"},
            {prefix + "99 %", question, variant, "p99_ns"},
            {prefix + "worst", question, variant, "worst_ns"}};
}

std::vector<Column> joined(std::vector<Column> columns, const std::vector<Column> &more)
{
    columns.insert(columns.end(), more.begin(), more.end());
    return columns;
}

std::vector<Column> columnsByCount(const std::string &question, const std::vector<std::string> &counts,
                                   const std::string &prefix = {})
{
    std::vector<Column> columns;
    for (const std::string &count : counts)
        columns.push_back({count, question, prefix + count, {}});
    return columns;
}

} // namespace

const std::vector<PeerTable> &peerTables()
{
    static const std::vector<std::string> sizes{"16", "64", "1000", "10000"};
    static const std::vector<std::string> scriptCounts{"1", "2", "8", "64"};
    static const std::vector<PeerTable> tables{
            {"One notify, by number of handlers",
             columnsByCount("notify", {"0", "1", "4", "16", "64", "65", "1000", "10000"}), true},
            {"One notify: the median of single ones, and what 90 and 99 of 100 do not exceed",
             joined(quantileColumns("single", "notify-4", "4: "), quantileColumns("single", "notify-64", "64: "))},
            {"Register + unregister a random one among N", columnsByCount("register", sizes), true},
            {"Register + unregister: the median of single ones, and what 90 and 99 of 100 do not exceed",
             joined(quantileColumns("single", "register-16", "16: "), quantileColumns("single", "register-1000", "1000: "))},
            {"Register + unregister a random one among N, 8 priorities", columnsByCount("register-priorities", sizes)},
            {"Register + unregister a random one among N, captures with a destructor, alone",
             columnsByCount("destroy", sizes, "destructor-alone-")},
            {"Register + unregister a random one among N, captures with a destructor, while another thread runs",
             columnsByCount("destroy", sizes, "destructor-busy-")},
            {"Two threads, and changes meanwhile (4 handlers)",
             {{"two threads: one notify", "threads", "2", {}},
              {"over alone", "threads", "2", "ratio", Unit::Ratio},
              {"during changes: one notify", "churn", "plain", {}},
              {"over undisturbed", "churn", "plain", "ratio", Unit::Ratio},
              {"changes", "churn", "plain", "changes_per_s", Unit::Rate},
              {"changes with destructor: one notify", "churn", "destructor", {}},
              {"over undisturbed", "churn", "destructor", "ratio", Unit::Ratio},
              {"changes", "churn", "destructor", "changes_per_s", Unit::Rate}}},
            {"clear() of 1000 handlers",
             {{"plain, alone", "clear", "plain-alone", {}},
              {"destructor, alone", "clear", "destructor-alone", {}},
              {"plain, another thread runs", "clear", "plain-busy", {}},
              {"destructor, another thread runs", "clear", "destructor-busy", {}}}},
            {"Guards: register + reset one; reset sixteen (a GuardSet, one by one, or unregister() by id)",
             {{"one, alone", "guard", "one-alone", {}},
              {"one, another thread runs", "guard", "one-busy", {}},
              {"the same with an id, alone", "guard", "id-alone", {}},
              {"GuardSet, alone", "guard", "set-alone", {}},
              {"GuardSet, another thread runs", "guard", "set-busy", {}},
              {"one by one, alone", "guard", "several-alone", {}},
              {"one by one, another thread runs", "guard", "several-busy", {}},
              {"ids, alone", "guard", "several-ids-alone", {}}}},
            {"One process-wide fence", {{"alone", "fence", "alone", {}}, {"another thread runs", "fence", "busy", {}}}},
            {"Allocations (operator new) per notify of 4",
             {{"allocations", "allocations", "4", "allocations", Unit::Count}}},
            {"A million deliveries to another thread, each",
             {{"1 handler, together", "burst", "1-together", {}},
              {"of it posting", "burst", "1-together", "posting_ns"},
              {"1, blocked", "burst", "1-blocked", {}},
              {"of it posting", "burst", "1-blocked", "posting_ns"},
              {"8, together", "burst", "8-together", {}},
              {"8, blocked", "burst", "8-blocked", {}}},
             true},
            {"The same with QT_NO_GLIB=1",
             {{"1 handler, together", "burst", "1-together-noglib", {}},
              {"1, blocked", "burst", "1-blocked-noglib", {}},
              {"8, together", "burst", "8-together-noglib", {}},
              {"8, blocked", "burst", "8-blocked-noglib", {}}}},
            {"A million events that wait: bytes and allocations for each",
             {{"allocated", "waiting", "all", "bytes", Unit::Count},
              {"resident", "waiting", "all", "resident_bytes", Unit::Count},
              {"peak", "waiting", "all", "peak_bytes", Unit::Count},
              {"allocations", "waiting", "all", "allocations", Unit::Count},
              {"latest alone: resident", "waiting", "latest", "resident_bytes", Unit::Count}}},
            {"A million events to a handler that takes all that wait in one call, each",
             {{"1 producer, together", "batches", "one-producer-together", {}},
              {"1, blocked", "batches", "one-producer-blocked", {}},
              {"of it posting", "batches", "one-producer-blocked", "posting_ns"},
              {"2 producers, together", "batches", "two-producers-together", {}},
              {"2, blocked", "batches", "two-producers-blocked", {}}}},
            {"A million posts of two producers, of which only the newest of each of 5000 keys counts: each post, and each key taken",
             {{"int, together", "keys", "int-together", {}},
              {"int, blocked", "keys", "int-blocked", {}},
              {"a key", "keys", "int-blocked", "key_ns"},
              {"QString, together", "keys", "QString-together", {}},
              {"QString, blocked", "keys", "QString-blocked", {}},
              {"a key", "keys", "QString-blocked", "key_ns"}}},
            {"A million events to a handler that wants the latest, each; and one post to a blocked target",
             {{"together", "latest", "together", {}},
              {"calls", "latest", "together", "calls", Unit::Count},
              {"blocked", "latest", "blocked", {}},
              {"latest()", "post", "latest", {}},
              {"bounded, drop oldest", "post", "drop-oldest", {}},
              {"bounded, drop newest", "post", "drop-newest", {}},
              {"throttled()", "post", "throttled", {}},
              {"debounced()", "post", "debounced", {}}}},
            {"Worst gap of a 16 ms timer under two million events a second",
             {{"gap", "timer-gap", "flood", {}},
              {"events", "timer-gap", "flood", "events_per_s", Unit::Rate},
              {"gap, QT_NO_GLIB=1", "timer-gap", "flood-noglib", {}},
              {"events", "timer-gap", "flood-noglib", "events_per_s", Unit::Rate}}},
            {"A table in a window under 500 000 rows a second: gaps between frames, the GUI thread's share of a CPU, and of the rows what it lost",
             {{"worst gap", "rows", "table", {}},
              {"99 % of the gaps", "rows", "table", "usual_ns"},
              {"GUI thread", "rows", "table", "gui_share", Unit::Count},
              {"rows", "rows", "table", "rows_per_s", Unit::Rate},
              {"lost", "rows", "table", "lost_share", Unit::Count},
              {"bytes that it grew, per row", "rows", "table", "growth_bytes", Unit::Count}}},
            {"An event from a thread that must not wait: the median of hundreds; and single ones, the look at the clock included",
             {{"median", "offer", "hundred", {}},
              {"single: median", "offer", "one", {}},
              {"99 %", "offer", "one", "p99_ns"},
              {"99.999 %", "offer", "one", "p99999_ns"},
              {"worst", "offer", "one", "worst_ns"}}},
            {"A table that is sorted by a price that changes, 5000 rows, 200 000 quotes a second: an update each frame, 16 and four a second",
             {{"worst gap", "sorted", "16ms", {}},
              {"GUI thread", "sorted", "16ms", "gui_share", Unit::Count},
              {"updates", "sorted", "16ms", "updates_per_s", Unit::Rate},
              {"16 a second: worst gap", "sorted", "60ms", {}},
              {"GUI thread", "sorted", "60ms", "gui_share", Unit::Count},
              {"for an update", "sorted", "60ms", "update_ns"},
              {"four a second: worst gap", "sorted", "250ms", {}},
              {"GUI thread", "sorted", "250ms", "gui_share", Unit::Count},
              {"for an update", "sorted", "250ms", "update_ns"}}},
            {"A table of 100 000 rows that is replaced ten times a second, 1 % changed, 1 % come and go: the GUI thread, and whether selection and scroll "
             "position were kept",
             {{"worst gap", "snapshots", "arrival", {}},
              {"for a list", "snapshots", "arrival", "snapshot_ns"},
              {"kept", "snapshots", "arrival", "kept", Unit::Count},
              {"sorted by what changes: worst gap", "snapshots", "sorted", {}},
              {"for a list", "snapshots", "sorted", "snapshot_ns"},
              {"kept", "snapshots", "sorted", "kept", Unit::Count}}},
            {"One event to another thread and back",
             joined(quantileColumns("round-trip", "1", "GLib: "), quantileColumns("round-trip", "1-noglib", "QT_NO_GLIB=1: "))},
            {"Inline handlers of an AsyncRegistry: post() and notify()",
             {{"post, 0", "post", "inline-0", {}},
              {"1", "post", "inline-1", {}},
              {"8", "post", "inline-8", {}},
              {"future, 0", "future", "inline-0", {}},
              {"1", "future", "inline-1", {}},
              {"8", "future", "inline-8", {}}}},
            {"Until the notifying thread knows that handlers elsewhere are done",
             joined(quantileColumns("completion", "1", "1: "),
                    joined(quantileColumns("completion", "8", "8: "),
                           quantileColumns("completion", "8-sequential", "8, one after the other: ")))},
            {"A map from C++ to JavaScript handlers that read it", columnsByCount("scripts-reading", scriptCounts), true},
            {"The same with handlers that add it up", columnsByCount("scripts-summing", scriptCounts)},
            {"An object from a script to one JavaScript handler",
             columnsByCount("from-script", {"2 members", "20 members", "1000 objects"})},
            {"One event from C++ to one handler in QML, by the event's type",
             columnsByCount("one-handler", {"map", "gadget", "int", "string"})},
            {"A thousand elements created and destroyed",
             {{"1000", "create-destroy", "1000", {}}, {"bytes for each", "create-destroy", "1000", "bytes", Unit::Count}}},
    };
    return tables;
}

} // namespace SignalBoxBenchmark
