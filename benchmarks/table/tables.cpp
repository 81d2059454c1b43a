// SPDX-License-Identifier: MIT
#include "tables.h"

#include "../median.h"
#include "format.h"

#include <algorithm>
#include <ostream>

namespace SignalBoxBenchmark {

namespace {

struct Column
{
    std::string title;
    std::string question;
    std::string variant;
    std::string counter; // empty: the time
    Unit unit = Unit::Time;
};

struct PeerTable
{
    std::string title;
    std::vector<Column> columns;
};

std::vector<Column> columnsByCount(const std::string &question, const std::vector<std::string> &counts,
                                   const std::string &prefix = {})
{
    std::vector<Column> columns;
    for (const std::string &count : counts)
        columns.push_back({count, question, prefix + count, {}});
    return columns;
}

const std::vector<PeerTable> &peerTables()
{
    static const std::vector<std::string> sizes{"16", "64", "1000", "10000"};
    static const std::vector<PeerTable> tables{
            {"One notify, by number of handlers",
             columnsByCount("notify", {"0", "1", "4", "16", "64", "1000", "10000"})},
            {"Register + unregister a random one among N", columnsByCount("register", sizes)},
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
    };
    return tables;
}

std::vector<double> valuesOf(const std::vector<ProcessRun> &runs, const Bar::Value &value)
{
    std::vector<double> values;
    for (const ProcessRun &run : runs) {
        if (const std::optional<double> one = value(run))
            values.push_back(*one);
    }
    return values;
}

std::optional<double> medianOf(const std::vector<ProcessRun> &runs, const Bar::Value &value)
{
    const std::vector<double> values = valuesOf(runs, value);
    return values.empty() ? std::nullopt : std::optional(median(values));
}

std::optional<double> cell(const std::vector<ProcessRun> &runs, const std::string &peer, const Column &column)
{
    return medianOf(runs, [&](const ProcessRun &run) {
        return column.counter.empty() ? run.time(column.question, peer, column.variant)
                                      : run.counter(column.question, peer, column.variant, column.counter);
    });
}

bool hasAny(const std::vector<ProcessRun> &runs, const std::string &peer, const PeerTable &table)
{
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const Column &column) { return cell(runs, peer, column).has_value(); });
}

} // namespace

void printFacts(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    out << "| machine and build | |\n|---|---|\n";
    for (const auto &[key, value] : runs.front().facts)
        out << "| " << key << " | " << value << " |\n";
    out << "| Processes, of which the median | " << runs.size() << " |\n";
}

void printBars(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars)
{
    out << "\n| what | bar | measured, median (least to most) | compared with | met |\n|---|---|---|---|---|\n";
    std::size_t met = 0;
    std::size_t measured = 0;
    for (const Bar &bar : bars) {
        out << "| " << bar.what << " | " << bar.limit << " | ";
        const std::vector<double> values = valuesOf(runs, bar.value);
        if (values.empty()) {
            out << "not measured | | |\n";
            continue;
        }
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        const double value = median(values);
        out << format(value, bar.unit) << " (" << format(*least, bar.unit) << " to " << format(*most, bar.unit)
            << ") | ";
        if (const std::optional<double> reference = medianOf(runs, bar.reference))
            out << bar.referenceName << ' ' << format(*reference, bar.referenceUnit);
        const bool isMet = value <= bar.maximum;
        out << " | " << (isMet ? "yes" : "**no**") << " |\n";
        ++measured;
        met += isMet ? 1 : 0;
    }
    out << '\n' << met << " of " << measured << " bars met";
    if (measured != bars.size())
        out << ", " << bars.size() - measured << " not measured";
    out << ".\n";
}

void printPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    for (const PeerTable &table : peerTables()) {
        std::vector<std::string> peers;
        std::copy_if(runs.front().peers.begin(), runs.front().peers.end(), std::back_inserter(peers),
                     [&](const std::string &peer) { return hasAny(runs, peer, table); });
        if (peers.empty())
            continue;

        out << "\n### " << table.title << "\n\n| |";
        for (const Column &column : table.columns)
            out << ' ' << column.title << " |";
        out << "\n|---|";
        for (std::size_t index = 0; index < table.columns.size(); ++index)
            out << "---:|";
        out << '\n';
        for (const std::string &peer : peers) {
            out << "| " << peer << " |";
            for (const Column &column : table.columns) {
                const std::optional<double> value = cell(runs, peer, column);
                out << ' ' << (value ? format(*value, column.unit) : "-") << " |";
            }
            out << '\n';
        }
    }
}

void printLosses(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    out << "\n### Where a peer was faster\n\n";
    bool isAny = false;
    for (const PeerTable &table : peerTables()) {
        for (const Column &column : table.columns) {
            const std::optional<double> ours = cell(runs, "SignalBox", column);
            if (!ours || column.unit != Unit::Time)
                continue;
            for (const std::string &peer : runs.front().peers) {
                const std::optional<double> theirs = cell(runs, peer, column);
                if (peer == "raw" || peer == "SignalBox" || !theirs || *theirs >= *ours)
                    continue;
                out << "- " << table.title << ", " << column.title << ": " << peer << ' '
                    << format(*theirs, column.unit) << ", SignalBox " << format(*ours, column.unit) << '\n';
                isAny = true;
            }
        }
    }
    if (!isAny)
        out << "Nowhere in these tables.\n";
}

} // namespace SignalBoxBenchmark
