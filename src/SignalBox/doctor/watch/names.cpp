// SPDX-License-Identifier: MIT
#include "names.h"

#include <cctype>
#include <cstdlib>
#include <cxxabi.h>
#include <string_view>
#include <utility>

namespace SignalBox::Doctor {

namespace {

void removeAll(std::string &text, std::string_view part)
{
    for (auto place = text.find(part); place != std::string::npos; place = text.find(part, place))
        text.erase(place, part.size());
}

// The first template argument that begins there.
std::string firstArgument(const std::string &text, std::size_t begin)
{
    int depth = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '<' || c == '(' || c == '{' || c == '[')
            ++depth;
        else if (depth > 0 && (c == '>' || c == ')' || c == '}' || c == ']'))
            --depth;
        else if (depth == 0 && (c == ',' || c == '>'))
            return text.substr(begin, i - begin);
    }
    return {};
}

} // namespace

std::string readableName(const char *linkageName)
{
    int status = 0;
    char *demangled = abi::__cxa_demangle(linkageName, nullptr, nullptr, &status);
    std::string name = demangled && status == 0 ? demangled : linkageName;
    std::free(demangled);
    removeAll(name, "(anonymous namespace)::");
    removeAll(name, "[abi:cxx11]");
    return name;
}

std::string exactClass(const std::string &metaName, const std::string &linkageName)
{
    // Where moc knows of a class of Qt only. What QML and Python make has a name of its own there, and C++ sees a class of theirs.
    const bool isOfQt = metaName.size() > 1 && metaName[0] == 'Q' && std::isupper(static_cast<unsigned char>(metaName[1]));
    if (linkageName.empty() || !isOfQt || metaName.find("_QML") != std::string::npos)
        return metaName;
    const std::string name = readableName(linkageName.c_str());
    return name.find('<') == std::string::npos && name != linkageName && !name.starts_with("sip") ? name : metaName;
}

std::string functorName(const std::string &function)
{
    for (const char *prefix : {"QtPrivate::QFunctorSlotObject<", "QtPrivate::QCallableObject<", "QtPrivate::QSlotObject<",
                               "QtPrivate::QStaticSlotObject<", "QtPrivate::QSlotObjectWithNoArgs<",
                               "QtPrivate::QFunctorSlotObjectWithNoArgs<", "QtPrivate::QFunctorSlotObjectWithNoArgsImplicitReturn<"}) {
        if (!function.starts_with(prefix))
            continue;
        std::string argument = firstArgument(function, std::string_view(prefix).size());
        // "Window::Window()::{lambda(int)#1}"
        if (const auto lambda = argument.rfind("::{lambda"); lambda != std::string::npos)
            return "lambda in " + argument.substr(0, lambda);
        return argument;
    }
    return function;
}

std::string variableName(const std::string &className)
{
    std::string name = className.substr(className.rfind(':') == std::string::npos ? 0 : className.rfind(':') + 1);
    if (const auto end = name.find("_QML"); end != std::string::npos && end > 0)
        name.resize(end);
    if (name.size() > 1 && name[0] == 'Q' && std::isupper(static_cast<unsigned char>(name[1])))
        name.erase(0, 1);
    if (!name.empty())
        name[0] = char(std::tolower(static_cast<unsigned char>(name[0])));
    return name.empty() ? "object" : name;
}

std::string eventName(unsigned type)
{
    static constexpr std::pair<unsigned, const char *> names[] = {
            {1, "Timer"}, {2, "MouseButtonPress"}, {3, "MouseButtonRelease"}, {4, "MouseButtonDblClick"}, {5, "MouseMove"},
            {6, "KeyPress"}, {7, "KeyRelease"}, {8, "FocusIn"}, {9, "FocusOut"}, {10, "Enter"}, {11, "Leave"}, {12, "Paint"},
            {13, "Move"}, {14, "Resize"}, {17, "Show"}, {18, "Hide"}, {19, "Close"}, {20, "Quit"}, {24, "WindowActivate"},
            {25, "WindowDeactivate"}, {31, "Wheel"}, {43, "MetaCall"}, {50, "SockAct"}, {52, "DeferredDelete"}, {60, "DragEnter"},
            {61, "DragMove"}, {63, "Drop"}, {68, "ChildAdded"}, {71, "ChildRemoved"}, {74, "PolishRequest"}, {75, "Polish"},
            {76, "LayoutRequest"}, {77, "UpdateRequest"}, {110, "ToolTip"}, {129, "HoverMove"}, {206, "Expose"}};
    for (const auto &[number, name] : names) {
        if (number == type)
            return std::string(name) + " event";
    }
    return "event of type " + std::to_string(type);
}

} // namespace SignalBox::Doctor
