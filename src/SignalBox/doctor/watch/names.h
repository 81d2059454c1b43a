// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace SignalBox::Doctor {

// As a person would write it: without what only the compiler says.
std::string readableName(const char *linkageName);

// Of the function of a slot object: whose lambda or function it calls. Other names stay.
std::string functorName(const std::string &function);

// The class's name by its QMetaObject, or by C++ where that is more exact: a class without Q_OBJECT.
std::string exactClass(const std::string &metaName, const std::string &linkageName);

// "Logger" of "(anonymous namespace)::Logger", "logger" as a variable's name.
std::string variableName(const std::string &className);

// "Timer event" of 1, as QEvent::Type says; else "event of type 1000".
std::string eventName(unsigned type);

} // namespace SignalBox::Doctor
