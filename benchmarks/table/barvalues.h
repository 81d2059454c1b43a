// SPDX-License-Identifier: MIT
#pragma once

#include "bars.h"

#include <string>

// What bars are made of: a value of one process, or nothing where that did not measure it.
namespace SignalBoxBenchmark {

Bar::Value timeOf(const std::string &question, const std::string &peer, const std::string &variant);
Bar::Value counterOf(const std::string &question, const std::string &peer, const std::string &variant,
                     const std::string &key);
Bar::Value constant(double value);
Bar::Value difference(Bar::Value left, Bar::Value right);
Bar::Value quotient(Bar::Value left, Bar::Value right);

} // namespace SignalBoxBenchmark
