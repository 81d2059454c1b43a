// SPDX-License-Identifier: MIT
#include "format.h"

#include <cmath>
#include <cstdio>

namespace SignalBoxBenchmark {

namespace {

std::string threeDigits(double value)
{
    const double magnitude = std::fabs(value);
    const int decimals = magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0;
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

} // namespace

std::string format(double value, Unit unit)
{
    switch (unit) {
    case Unit::Time:
        if (std::fabs(value) < 9999.5)
            return threeDigits(value) + " ns";
        if (std::fabs(value) < 9999.5e3)
            return threeDigits(value / 1000) + " us";
        return threeDigits(value / 1e6) + " ms";
    case Unit::Ratio:
        return threeDigits(value) + " x";
    case Unit::Rate:
        return std::to_string(std::lround(value / 1000)) + " k/s";
    case Unit::Count:
        break;
    }
    return threeDigits(value);
}

} // namespace SignalBoxBenchmark
