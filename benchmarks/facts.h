// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace SignalBoxBenchmark {

// What a reader of the numbers has to know about the machine and the build: {what, value}, in the order to print.
std::vector<std::pair<std::string, std::string>> machineFacts();

} // namespace SignalBoxBenchmark
