// SPDX-License-Identifier: MIT
#include "textparser.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

namespace {

bool isOneOf(const std::string &text, std::initializer_list<const char *> choices)
{
    return std::ranges::find(choices, text) != choices.end();
}

// A line, read from left to right.
class Line
{
public:
    explicit Line(std::string_view text) : m_rest(text) {}

    static void require(bool isTrue, const char *expectation)
    {
        if (!isTrue)
            throw std::runtime_error(std::string("expected ") + expectation);
    }

    bool isAtEnd() const { return m_rest.empty(); }
    bool take(std::string_view begin)
    {
        const bool isThere = m_rest.starts_with(begin);
        if (isThere)
            m_rest.remove_prefix(begin.size());
        return isThere;
    }
    char takeCharacter()
    {
        require(!m_rest.empty(), "another character");
        const char character = m_rest.front();
        m_rest.remove_prefix(1);
        return character;
    }
    // [a-zA-Z_][a-zA-Z0-9_]*, in names of metrics colons too.
    std::string takeName(bool (*isAllowed)(char))
    {
        std::string name;
        while (!m_rest.empty() && isAllowed(m_rest.front()))
            name += takeCharacter();
        require(!name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())), "a name");
        return name;
    }
    std::string takeRest() { return std::string(std::exchange(m_rest, {})); }

private:
    std::string_view m_rest;
};

bool isOfLabelName(char character)
{
    return std::isalnum(static_cast<unsigned char>(character)) || character == '_';
}

bool isOfMetricName(char character)
{
    return isOfLabelName(character) || character == ':';
}

std::string takeLabelValue(Line &line)
{
    Line::require(line.take("\""), "a quote");
    std::string value;
    while (!line.take("\"")) {
        char character = line.takeCharacter();
        if (character == '\\') {
            character = line.takeCharacter();
            Line::require(character == '\\' || character == '"' || character == 'n', "\\\\, \\\" or \\n");
            if (character == 'n')
                character = '\n';
        }
        value += character;
    }
    return value;
}

double wholeNumber(const std::string &text)
{
    Line::require(!text.empty() && text.find_first_not_of("0123456789") == std::string::npos, "a whole number");
    return std::stod(text);
}

ParsedSample readSample(Line line)
{
    ParsedSample sample;
    sample.name = line.takeName(isOfMetricName);
    if (line.take("{")) {
        do {
            const std::string label = line.takeName(isOfLabelName);
            Line::require(line.take("="), "=");
            Line::require(sample.labels.emplace(label, takeLabelValue(line)).second, "each label once");
        } while (line.take(","));
        Line::require(line.take("}"), "}");
    }
    Line::require(line.take(" "), "a space before the value");
    sample.value = wholeNumber(line.takeRest());
    return sample;
}

void checkHistogram(const ParsedMetric &metric)
{
    double lastBound = -std::numeric_limits<double>::infinity();
    double lastCount = 0;
    double count = -1;
    bool hasSum = false;
    for (const ParsedSample &sample : metric.samples) {
        if (sample.name == metric.name + "_bucket") {
            Line::require(sample.labels.contains("le"), "the label le");
            const std::string &text = sample.labels.at("le");
            const double bound = text == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(text);
            Line::require(bound > lastBound, "ascending bounds");
            Line::require(sample.value >= lastCount, "cumulative buckets");
            lastBound = bound;
            lastCount = sample.value;
        } else if (sample.name == metric.name + "_count") {
            count = sample.value;
        } else {
            hasSum = true;
        }
    }
    Line::require(lastBound == std::numeric_limits<double>::infinity(), "a bucket +Inf");
    Line::require(lastCount == count, "a count that is the bucket +Inf");
    Line::require(hasSum, "a sum");
}

// The metrics as far as they have been read.
class Parser
{
public:
    void read(std::string_view text)
    {
        Line line(text);
        if (line.take("# HELP ")) {
            finishMetric();
            ParsedMetric &metric = m_metrics.emplace_back();
            metric.name = line.takeName(isOfMetricName);
            Line::require(m_names.insert(metric.name).second, "each metric once, in one piece");
            Line::require(line.take(" "), "a help text");
            metric.help = line.takeRest();
        } else if (line.take("# TYPE ")) {
            const std::string name = line.takeName(isOfMetricName);
            Line::require(!m_metrics.empty() && m_metrics.back().name == name && m_metrics.back().type.empty()
                                  && line.take(" "),
                          "TYPE after the HELP of the same metric");
            m_metrics.back().type = line.takeRest();
            Line::require(isOneOf(m_metrics.back().type, {"counter", "histogram"}), "a type that we use");
            Line::require(m_metrics.back().type != "counter" || name.ends_with("_total"),
                          "a counter that ends in _total");
        } else {
            add(readSample(line));
        }
    }

    std::vector<ParsedMetric> take()
    {
        finishMetric();
        return std::move(m_metrics);
    }

private:
    void add(ParsedSample sample)
    {
        Line::require(!m_metrics.empty() && !m_metrics.back().type.empty(), "HELP and TYPE before the samples");
        ParsedMetric &metric = m_metrics.back();
        Line::require(metric.type == "counter"
                              ? sample.name == metric.name
                              : isOneOf(sample.name,
                                        {(metric.name + "_bucket").c_str(), (metric.name + "_sum").c_str(),
                                         (metric.name + "_count").c_str()}),
                      "a sample of the metric above");
        Line::require(m_samples.emplace(sample.name, sample.labels).second, "each sample once");
        metric.samples.push_back(std::move(sample));
    }

    void finishMetric() const
    {
        if (m_metrics.empty())
            return;
        Line::require(!m_metrics.back().samples.empty(), "samples of the metric above");
        if (m_metrics.back().type == "histogram")
            checkHistogram(m_metrics.back());
    }

    std::vector<ParsedMetric> m_metrics;
    std::set<std::string> m_names;
    std::set<std::pair<std::string, std::map<std::string, std::string>>> m_samples;
};

} // namespace

std::vector<ParsedMetric> parsePrometheusText(std::string_view text)
{
    Parser parser;
    int number = 1;
    try {
        Line::require(text.ends_with('\n'), "a newline at the end");
        for (; !text.empty(); ++number) {
            const std::size_t end = text.find('\n');
            parser.read(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        return parser.take();
    } catch (const std::runtime_error &error) {
        throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
    }
}
