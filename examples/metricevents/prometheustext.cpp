// SPDX-License-Identifier: MIT
#include "prometheustext.h"

namespace {

// Within quotes a quote is escaped, too; in a help text it stands for itself.
std::string escaped(std::string_view text, std::string_view special)
{
    std::string result;
    for (const char character : text) {
        if (special.find(character) != std::string_view::npos)
            result += '\\';
        result += character == '\n' ? 'n' : character;
    }
    return result;
}

} // namespace

void PrometheusText::addMetric(std::string_view name, std::string_view type, std::string_view help)
{
    m_text.append("# HELP ").append(name).append(" ").append(escaped(help, "\\\n")).append("\n");
    m_text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void PrometheusText::addSample(std::string_view name, const Labels &labels, std::uint64_t value)
{
    m_text.append(name);
    char separator = '{';
    for (const auto &[label, labelValue] : labels) {
        m_text.append(1, separator).append(label).append("=\"").append(escaped(labelValue, "\\\n\"")).append("\"");
        separator = ',';
    }
    m_text.append(labels.empty() ? " " : "} ").append(std::to_string(value)).append("\n");
}
