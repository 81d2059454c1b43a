// SPDX-License-Identifier: MIT
#include "tables.h"

#include "../median.h"
#include "format.h"
#include "peertables.h"

#include <algorithm>
#include <ostream>

namespace SignalBoxBenchmark {

namespace {

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
        const bool isMet = bar.side == Bar::Side::AtMost ? value <= bar.bound : value >= bar.bound;
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
                if (peer == "raw" || peer == "idle" || peer == "SignalBox" || !theirs || *theirs >= *ours)
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
