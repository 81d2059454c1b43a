// SPDX-License-Identifier: MIT
#include "tables.h"

#include "../median.h"
#include "format.h"
#include "peertables.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string_view>

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

Bar::Value valueOf(const std::string &peer, const Column &column)
{
    return [&](const ProcessRun &run) {
        return column.counter.empty() ? run.time(column.question, peer, column.variant)
                                      : run.counter(column.question, peer, column.variant, column.counter);
    };
}

std::optional<double> cell(const std::vector<ProcessRun> &runs, const std::string &peer, const Column &column)
{
    return medianOf(runs, valueOf(peer, column));
}

std::string spread(const std::vector<double> &values, Unit unit)
{
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return formatSpread(median(values), *least, *most, unit);
}

// Peers are named in C++, which Markdown would take for elements of HTML.
std::string quoted(const std::string &name)
{
    return name.find('<') == std::string::npos ? name : '`' + name + '`';
}

bool isOurs(const std::string &peer)
{
    return peer == "SignalBox" || peer == "SignalBox functions" || peer == "RegistryHandler";
}

bool isFloor(const std::string &peer)
{
    return peer == "raw" || peer == "idle" || peer == "painting alone" || peer == "unsorted";
}

struct Count
{
    std::size_t met = 0;
    std::size_t measured = 0;
};

// Runs that were made since others missed a bar; they come last.
std::size_t runsAgain(const std::vector<ProcessRun> &runs)
{
    return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const ProcessRun &run) { return run.isAgain; }));
}

bool isMet(const Bar &bar, double value)
{
    return bar.side == Bar::Side::AtMost ? value <= bar.bound : value >= bar.bound;
}

void printCount(std::ostream &out, const Count &count, std::size_t barCount)
{
    out << count.met << " of " << count.measured << " bars, the project's own targets, are met";
    if (count.measured != barCount)
        out << ", " << barCount - count.measured << " not measured";
    out << ".\n";
}

bool hasAny(const std::vector<ProcessRun> &runs, const std::string &peer, const PeerTable &table)
{
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [&](const Column &column) { return cell(runs, peer, column).has_value(); });
}

void printPeerTable(std::ostream &out, const std::vector<ProcessRun> &runs, const PeerTable &table)
{
    std::vector<std::string> peers;
    std::copy_if(runs.front().peers.begin(), runs.front().peers.end(), std::back_inserter(peers),
                 [&](const std::string &peer) { return hasAny(runs, peer, table); });
    if (peers.empty())
        return;

    out << "\n### " << table.title << "\n\n| |";
    for (const Column &column : table.columns)
        out << ' ' << column.title << " |";
    out << "\n|---|";
    for (std::size_t index = 0; index < table.columns.size(); ++index)
        out << "---:|";
    out << '\n';
    for (const std::string &peer : peers) {
        out << "| " << quoted(peer) << " |";
        for (const Column &column : table.columns) {
            const std::vector<double> values = valuesOf(runs, valueOf(peer, column));
            out << ' ' << (values.empty() ? "-" : spread(values, column.unit)) << " |";
        }
        out << '\n';
    }
}

} // namespace

void printFacts(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    out << "| machine and build | |\n|---|---|\n";
    for (const auto &[key, value] : runs.front().facts)
        out << "| " << key << " | " << value << " |\n";
    out << "| Runs, of which the median | " << runs.size() - runsAgain(runs) << " |\n";
    if (const std::size_t again = runsAgain(runs))
        out << "| More runs of what missed a bar in these | " << again << " |\n";
}

void printFactsBriefly(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    for (const char *wanted : {"Date", "CPU", "CPUs for this process", "System", "Compiler", "Build", "Load at the start",
                               "CPUs that other programs used meanwhile", "CPUs that the host took meanwhile"}) {
        for (const auto &[key, value] : runs.front().facts) {
            if (key == wanted)
                out << key << ": " << value << "; ";
        }
    }
    out << "median of " << runs.size() - runsAgain(runs) << " runs, and in brackets the least and the most.\n";
}

void printBars(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars)
{
    out << "\n| what | bar | measured: median (least to most) | compared with | met |\n|---|---|---|---|---|\n";
    Count count;
    for (const Bar &bar : bars) {
        out << "| " << bar.what << " | " << bar.limit << " | ";
        const std::vector<double> values = valuesOf(runs, bar.value);
        if (values.empty()) {
            out << "not measured | | |\n";
            continue;
        }
        const double value = median(values);
        out << spread(values, bar.unit);
        if (values.size() > runs.size() - runsAgain(runs))
            out << ", measured again: " << values.size() << " runs";
        out << " | ";
        if (const std::optional<double> reference = medianOf(runs, bar.reference))
            out << bar.referenceName << ' ' << format(*reference, bar.referenceUnit);
        out << " | " << (isMet(bar, value) ? "yes" : "**no**") << " |\n";
        ++count.measured;
        count.met += isMet(bar, value) ? 1 : 0;
    }
    out << '\n';
    printCount(out, count, bars.size());
}

std::string missedBenchmarks(const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars)
{
    std::set<std::string> names;
    for (const Bar &bar : bars) {
        const std::optional<double> value = medianOf(runs, bar.value);
        if (!value || isMet(bar, *value))
            continue;
        ProcessRun probe;
        probe.asked = &names;
        bar.value(probe);
        bar.reference(probe);
    }
    std::string result;
    for (const std::string &name : names) {
        result += result.empty() ? "^(" : "|";
        for (const char character : name) {
            if (std::string_view("\\^$.|?*+()[]{}").find(character) != std::string_view::npos)
                result += '\\';
            result += character;
        }
    }
    return result.empty() ? result : result + ")(/|$)";
}

void printBarsBriefly(std::ostream &out, const std::vector<ProcessRun> &runs, const std::vector<Bar> &bars)
{
    Count count;
    for (const Bar &bar : bars) {
        if (const std::optional<double> value = medianOf(runs, bar.value)) {
            ++count.measured;
            count.met += isMet(bar, *value) ? 1 : 0;
        }
    }
    out << '\n';
    printCount(out, count, bars.size());
}

void printPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    for (const PeerTable &table : peerTables())
        printPeerTable(out, runs, table);
}

void printSelectedPeerTables(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    for (const PeerTable &table : peerTables()) {
        if (table.isSelected)
            printPeerTable(out, runs, table);
    }
}

void printLosses(std::ostream &out, const std::vector<ProcessRun> &runs)
{
    out << "\n### Where a peer was faster\n\n| table | column | SignalBox | faster |\n|---|---|---:|---|\n";
    for (const PeerTable &table : peerTables()) {
        for (const Column &column : table.columns) {
            if (column.unit != Unit::Time || column.counter == "worst_ns") // which is the scheduler's
                continue;
            for (const std::string &us : runs.front().peers) {
                const std::optional<double> ours = cell(runs, us, column);
                if (!isOurs(us) || !ours)
                    continue;
                std::string faster;
                for (const std::string &peer : runs.front().peers) {
                    const std::optional<double> theirs = cell(runs, peer, column);
                    if (!isFloor(peer) && !isOurs(peer) && theirs && *theirs < *ours)
                        faster += (faster.empty() ? "" : ", ") + quoted(peer) + ' ' + format(*theirs, column.unit);
                }
                if (!faster.empty()) {
                    out << "| " << table.title << " | " << column.title << " | "
                        << (us == "SignalBox" ? "" : us + ' ') << format(*ours, column.unit) << " | " << faster << " |\n";
                }
            }
        }
    }
}

} // namespace SignalBoxBenchmark
