// SPDX-License-Identifier: MIT
#pragma once

#include "format.h"

#include <string>
#include <vector>

namespace SignalBoxBenchmark {

struct Column
{
    std::string title;
    std::string question;
    std::string variant;
    std::string counter; // empty: the time
    Unit unit = Unit::Time;
};

// A peer a line.
struct PeerTable
{
    std::string title;
    std::vector<Column> columns;
    bool isSelected = false; // for the README
};

const std::vector<PeerTable> &peerTables();

} // namespace SignalBoxBenchmark
