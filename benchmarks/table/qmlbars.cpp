// SPDX-License-Identifier: MIT
#include "bars.h"
#include "barvalues.h"

namespace SignalBoxBenchmark {

namespace {

const std::string connections = "Connections";

void addAtMost(std::vector<Bar> &bars, const std::string &what, double factor, const std::string &ours,
               const std::string &question, const std::string &variant)
{
    const Bar::Value theirs = timeOf(question, connections, variant);
    bars.push_back({what, "<= " + format(factor, Unit::Ratio) + ' ' + connections, Unit::Ratio,
                    quotient(timeOf(question, ours, variant), theirs), factor, connections, theirs});
}

} // namespace

std::vector<Bar> qmlBars()
{
    std::vector<Bar> bars;
    const std::string functions = "SignalBox functions";
    const std::string element = "RegistryHandler";
    addAtMost(bars, "JavaScript functions with a map event from C++: 1", 1.15, functions, "scripts-reading", "1");
    addAtMost(bars, "JavaScript functions with a map event from C++: 2", 0.60, functions, "scripts-reading", "2");
    addAtMost(bars, "JavaScript functions with a map event from C++: 8", 0.25, functions, "scripts-reading", "8");
    addAtMost(bars, "RegistryHandler elements with a map event from C++: 1", 1.15, element, "scripts-reading", "1");
    addAtMost(bars, "RegistryHandler elements with a map event from C++: 8", 0.25, element, "scripts-reading", "8");
    for (const char *const event : {"2 members", "20 members", "1000 objects"})
        addAtMost(bars, std::string("A JavaScript object from QML to one JavaScript function: ") + event, 1.30,
                  functions, "from-script", event);
    for (const char *const type : {"map", "gadget", "int", "string"})
        addAtMost(bars, std::string("an event from C++ to one RegistryHandler: ") + type, 1.10, element, "one-handler", type);
    addAtMost(bars, "an event to one RegistryHandler: a JavaScript object from QML", 1.10, element, "from-script", "2 members");
    addAtMost(bars, "1000 RegistryHandlers created and destroyed", 1.2, element, "create-destroy", "1000");
    const Bar::Value theirs = counterOf("create-destroy", connections, "1000", "bytes");
    bars.push_back({"memory of 1000 RegistryHandlers, bytes for each", "<= 1.30 x " + connections, Unit::Ratio,
                    quotient(counterOf("create-destroy", element, "1000", "bytes"), theirs), 1.3, connections, theirs, Unit::Count});
    return bars;
}

} // namespace SignalBoxBenchmark
