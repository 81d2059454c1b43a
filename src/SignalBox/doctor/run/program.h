// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace SignalBox::Doctor {

// Why the doctor does not run a program, as a sentence, and its exit code: as of env(1) and others that run programs.
class Refusal : public std::runtime_error
{
public:
    static constexpr int own = 125; // the doctor itself cannot
    static constexpr int unfit = 126;
    static constexpr int missing = 127;

    Refusal(int code, const std::string &sentence) : std::runtime_error(sentence), m_code(code) { }
    int code() const { return m_code; }

private:
    int m_code;
};

struct Program
{
    std::string path;
    // The run-time libraries of sanitizers that it is linked with: they have to be the first that are loaded.
    std::vector<std::string> sanitizers;

    enum class Need { Qt, QtLater }; // QtLater: it loads Qt while it runs, as Python programs do
    // Looks it up as a shell would. Throws Refusal.
    static Program find(const std::string &name, Need need);
};

} // namespace SignalBox::Doctor
