// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/*! Writes metrics in the text format that Prometheus reads, version 0.0.4: for each metric a HELP and a TYPE line, then
    its samples, a line each. */
class PrometheusText
{
public:
    using Labels = std::vector<std::pair<std::string, std::string>>;

    /*! Begins a metric. The name of a counter ends in _total. `type`: counter, gauge, histogram. */
    void addMetric(std::string_view name, std::string_view type, std::string_view help);

    /*! Of the metric begun last: its name, and a suffix if it is a histogram. Label values may have any characters. */
    void addSample(std::string_view name, const Labels &labels, std::uint64_t value);

    const std::string &text() const { return m_text; }

private:
    std::string m_text;
};
