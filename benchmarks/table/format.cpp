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

// How the values of one figure are written.
struct Scale
{
    double divisor = 1;
    std::string suffix;
    bool isWhole = false;
};

Scale scaleOf(double value, Unit unit)
{
    switch (unit) {
    case Unit::Time:
        if (std::fabs(value) < 9999.5)
            return {1, " ns"};
        if (std::fabs(value) < 9999.5e3)
            return {1e3, " us"};
        return {1e6, " ms"};
    case Unit::Ratio:
        return {1, " x"};
    case Unit::Rate:
        return {1e3, " k/s", true};
    case Unit::Count:
        break;
    }
    return {};
}

std::string number(double value, const Scale &scale)
{
    return scale.isWhole ? std::to_string(std::lround(value / scale.divisor)) : threeDigits(value / scale.divisor);
}

} // namespace

std::string format(double value, Unit unit)
{
    const Scale scale = scaleOf(value, unit);
    return number(value, scale) + scale.suffix;
}

std::string formatSpread(double median, double least, double most, Unit unit)
{
    const Scale scale = scaleOf(median, unit);
    return number(median, scale) + scale.suffix + " (" + number(least, scale) + " to " + number(most, scale) + ')';
}

} // namespace SignalBoxBenchmark
