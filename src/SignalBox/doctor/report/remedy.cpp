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

bool isPassedByValue(const std::string &type)
{
    for (const char *basic : {"bool", "char", "signed char", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "qlonglong", "qulonglong",
                              "qint8", "quint8", "qint16", "quint16", "qint32", "quint32", "qint64", "quint64", "qsizetype", "float", "double", "qreal"}) {
        if (type == basic)
            return true;
    }
    return type.ends_with('*');
}

// The signal as C++ names it. What moc writes down of a signal does not tell whether an argument is a value or a reference.
std::string pointerTo(const CallFinding &call, const std::vector<std::string> &arguments)
{
    const std::string name = '&' + call.sender + "::" + nameOf(call.signal);
    if (!call.isOverloaded)
        return name;
    std::string types;
    for (const std::string &argument : arguments)
        types += (types.empty() ? "" : ", ") + (isPassedByValue(argument) ? argument : "const " + argument + " &");
    return "qOverload<" + types + ">(" + name + ')';
}

} // namespace

std::vector<Remedy> remediesOf(const CallFinding &call)
{
    std::string sender = variableName(call.sender);
    std::string receiver = variableName(call.receiver);
    if (sender == receiver)
        receiver = "receiver";
    // A signal that was declared in QML has no name in C++.
    if (call.kind == CallKind::Invoked || call.sender.find("_QML") != std::string::npos) {
        return {{"SignalBox::AsyncRegistry<Event> registry;\n"
                 "registry.registerHandler(" + receiver + ", [](const SignalBox::EventBatch<Event> &events) { ... },\n"
                 "                         {.backlog = SignalBox::Backlog::all().every(16)});\n"
                 "registry.post(event); // in place of " + (call.kind == CallKind::Invoked ? "QMetaObject::invokeMethod()" : "the signal"),
                 "one call per frame, with all events"}};
    }
    const std::vector<std::string> arguments = argumentsOf(call.signal);
    const std::string head = "SignalBox::connect(" + sender + ", " + pointerTo(call, arguments) + ", " + receiver + ',';
    std::vector<Remedy> remedies{{head + " handler, {.backlog = SignalBox::Backlog::throttled(50)});",
                                  "if only the newest matters"}};
    if (!arguments.empty()) {
        remedies.push_back({head + "\n                   [](const SignalBox::EventBatch<" + eventType(arguments) + "> &batch) { ... },\n"
                                   "                   {.backlog = SignalBox::Backlog::all().every(16)});",
                            "if each one matters: one call per frame"});
    }
    return remedies;
}

} // namespace SignalBox::Doctor
