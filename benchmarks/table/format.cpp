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
        return std::fabs(value) < 9999.5 ? threeDigits(value) + " ns" : threeDigits(value / 1000) + " us";
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
