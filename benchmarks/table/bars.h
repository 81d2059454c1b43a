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
    using Value = std::function<std::optional<double>(const ProcessRun &)>;

    std::string what;
    std::string limit; // in words, as the table shows it
    Unit unit;
    Value value; // what is held against `maximum`, of one process
    double maximum;
    std::string referenceName; // what the value was compared with, for the reader; may be empty
    Value reference;
    Unit referenceUnit = Unit::Time;
};

std::vector<Bar> coreBars();

} // namespace SignalBoxBenchmark
