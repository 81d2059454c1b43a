// SPDX-License-Identifier: MIT
#include "jsonwriter.h"

#include <cstdio>

namespace SignalBox::Doctor {

void JsonWriter::separate()
{
    if (m_needsComma)
        m_text += ',';
    m_needsComma = true;
}

JsonWriter &JsonWriter::begin(char bracket)
{
    separate();
    m_text += bracket;
    m_needsComma = false;
    return *this;
}

JsonWriter &JsonWriter::end(char bracket)
{
    m_text += bracket;
    m_needsComma = true;
    return *this;
}

JsonWriter &JsonWriter::raw(const std::string &text)
{
    separate();
    m_text += text;
    return *this;
}

JsonWriter &JsonWriter::key(const std::string &name)
{
    value(name);
    m_text += ':';
    m_needsComma = false;
    return *this;
}

JsonWriter &JsonWriter::lineBreak()
{
    if (m_needsComma)
        m_text += ',';
    m_needsComma = false;
    m_text += '\n';
    return *this;
}

JsonWriter &JsonWriter::value(const std::string &text)
{
    separate();
    m_text += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            m_text += '\\';
            m_text += c;
        } else if (byte < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
            m_text += escaped;
        } else {
            m_text += c; // UTF-8, as Qt's names and paths are
        }
    }
    m_text += '"';
    return *this;
}

JsonWriter &JsonWriter::value(double number)
{
    char text[64];
    std::snprintf(text, sizeof text, "%.6f", number);
    return raw(text);
}

} // namespace SignalBox::Doctor
