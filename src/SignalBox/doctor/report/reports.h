// SPDX-License-Identifier: MIT
#pragma once

#include "diagnosis.h"

#include <string>

namespace SignalBox::Doctor {

// For a person: ten lines at most, then the details.
std::string textReport(const Diagnosis &diagnosis);
// For programs. README.md lists the members.
std::string jsonReport(const Diagnosis &diagnosis);
// For Perfetto and Qt Creator, in the format and on the clock of SIGNALBOX_TRACE.
std::string traceReport(const Diagnosis &diagnosis, Observer &observer, std::uint64_t begin, std::uint64_t until, long process);
// One line, while the program runs.
std::string progressLine(const Observer &observer, std::uint64_t begin, std::uint64_t time);

// "16 957".
std::string grouped(std::uint64_t number);
// "1.2 s", "34 ms".
std::string duration(double seconds);
// "3.2 MB".
std::string size(std::uint64_t bytes);

} // namespace SignalBox::Doctor
