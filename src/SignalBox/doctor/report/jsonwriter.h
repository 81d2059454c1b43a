// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace SignalBox::Doctor {

// Writes JSON: values in the order in which they are added, with commas where they belong.
class JsonWriter
{
public:
    JsonWriter &beginObject() { return begin('{'); }
    JsonWriter &endObject() { return end('}'); }
    JsonWriter &beginArray() { return begin('['); }
    JsonWriter &endArray() { return end(']'); }
    JsonWriter &key(const std::string &name);
    JsonWriter &value(const std::string &text);
    JsonWriter &value(const char *text) { return value(std::string(text)); }
    JsonWriter &value(std::uint64_t number) { return raw(std::to_string(number)); }
    JsonWriter &value(int number) { return raw(std::to_string(number)); }
    JsonWriter &value(double number);
    JsonWriter &value(bool is) { return raw(is ? "true" : "false"); }
    template <class T> JsonWriter &member(const std::string &name, const T &v) { return key(name).value(v); }
    JsonWriter &lineBreak();

    const std::string &text() const { return m_text; }

private:
    JsonWriter &begin(char bracket);
    JsonWriter &end(char bracket);
    JsonWriter &raw(const std::string &text);
    void separate();

    std::string m_text;
    bool m_needsComma = false;
};

} // namespace SignalBox::Doctor
