// SPDX-License-Identifier: MIT
#pragma once

#include "format.h"
#include "samples.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace SignalBoxBenchmark {

// A number that SignalBox means to reach.
struct Bar
{
    enum class Side { AtMost, AtLeast }; // of the bound, where the value is to be

    using Value = std::function<std::optional<double>(const ProcessRun &)>;

    std::string what;
    std::string limit; // in words, as the table shows it
    Unit unit;
    Value value; // what is held against `bound`, of one process
    double bound;
    std::string referenceName; // what the value was compared with, for the reader; may be empty
    Value reference;
    Unit referenceUnit = Unit::Time;
    Side side = Side::AtMost;
};

std::vector<Bar> coreBars();
std::vector<Bar> qtBars();
std::vector<Bar> qmlBars();

} // namespace SignalBoxBenchmark
