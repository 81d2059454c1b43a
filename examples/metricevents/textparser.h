// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

/*! One line of a metric. */
struct ParsedSample
{
    std::string name;
    std::map<std::string, std::string> labels; //!< unescaped
    double value = 0;
};

struct ParsedMetric
{
    std::string name;
    std::string type;
    std::string help;
    std::vector<ParsedSample> samples;
};

/*!
    Reads the text format of Prometheus, version 0.0.4, for the test: written from its specification, shares nothing
    with PrometheusText. Stricter than the format, as our files are: each metric has HELP and TYPE before its samples,
    the names of counters end in _total, values are whole numbers, histograms are cumulative and end with +Inf, which is
    their count. Throws std::runtime_error that names the line.
*/
std::vector<ParsedMetric> parsePrometheusText(std::string_view text);
