// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace SignalBox::Doctor {

// Where a report goes: a file, or stderr. Opened before the program starts, so that nobody waits for a report that cannot be written.
class Output
{
public:
    // Throws Refusal.
    void open(const std::string &path);
    void useStderr();
    bool isOpen() const { return m_descriptor >= 0; }

    // In the place of what was written before, where it is a file. Says so on stderr if it cannot.
    void write(const std::string &text);

private:
    void complain() const;

    int m_descriptor = -1;
    std::string m_path;
};

} // namespace SignalBox::Doctor
