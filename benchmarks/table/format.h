// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace SignalBoxBenchmark {

enum class Unit {
    Time,  // the value is in nanoseconds
    Ratio, // a multiple
    Count,
    Rate, // per second
};

// With three significant digits, times in ns or us.
std::string format(double value, Unit unit);
// The median, and in brackets the least and the most.
std::string formatSpread(double median, double least, double most, Unit unit);

} // namespace SignalBoxBenchmark
