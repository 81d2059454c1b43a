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

} // namespace SignalBoxBenchmark
