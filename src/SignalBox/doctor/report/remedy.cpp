// SPDX-License-Identifier: MIT
#include "diagnosis.h"

#include "../watch/names.h"

namespace SignalBox::Doctor {

namespace {

std::string nameOf(const std::string &signature)
{
    return signature.substr(0, signature.find('('));
}

// The types between the parentheses of a signature.
std::vector<std::string> argumentsOf(const std::string &signature)
{
    std::vector<std::string> arguments;
    const auto begin = signature.find('(');
    if (begin == std::string::npos)
        return arguments;
    std::string argument;
    int depth = 0;
    for (const char c : signature.substr(begin + 1, signature.rfind(')') - begin - 1)) {
        depth += c == '<' ? 1 : c == '>' ? -1 : 0;
        if (c == ',' && depth == 0) {
            arguments.push_back(argument);
            argument.clear();
        } else {
            argument += c;
        }
    }
    if (!argument.empty())
        arguments.push_back(argument);
    return arguments;
}

std::string eventType(const std::vector<std::string> &arguments)
{
    if (arguments.size() == 1)
        return arguments.front();
    std::string type = "std::tuple<";
    for (const std::string &argument : arguments)
        type += (type.back() == '<' ? "" : ", ") + argument;
    return type + '>';
}

} // namespace

std::vector<Remedy> remediesOf(const CallFinding &call)
{
    std::string sender = variableName(call.sender);
    std::string receiver = variableName(call.receiver);
    if (sender == receiver)
        receiver = "receiver";
    if (call.kind == CallKind::Invoked) {
        return {{"SignalBox::AsyncRegistry<Event> registry;\n"
                 "registry.registerHandler(" + receiver + ", [](const SignalBox::EventBatch<Event> &events) { ... },\n"
                 "                         {.backlog = SignalBox::Backlog::all().every(16ms)});\n"
                 "registry.post(event); // in place of QMetaObject::invokeMethod()",
                 "one call per frame, with all events"}};
    }
    const std::string head = "SignalBox::connect(" + sender + ", &" + call.sender + "::" + nameOf(call.signal) + ", " + receiver + ", ";
    const std::vector<std::string> arguments = argumentsOf(call.signal);
    std::vector<Remedy> remedies{{head + "handler, {.backlog = SignalBox::Backlog::throttled(50)});",
                                  "if only the newest matters"}};
    if (!arguments.empty()) {
        remedies.push_back({head.substr(0, head.size() - 1) + "\n                   [](const SignalBox::EventBatch<" + eventType(arguments) + "> &batch) { ... },\n"
                                   "                   {.backlog = SignalBox::Backlog::all().every(16ms)});",
                            "if each one matters: one call per frame"});
    }
    return remedies;
}

} // namespace SignalBox::Doctor
