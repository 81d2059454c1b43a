// SPDX-License-Identifier: MIT
//
// Several parts can answer a question, and the most important one that knows the answer gives it: a setting comes from
// the session, from the user's file, from the system's file, or from the defaults.
//
// What makes it work: handlers run in the order of their priorities, higher first, equal ones in the order of their
// registration. One that returns Propagation::Stop is the last that is called, and the report names it. setPriority()
// moves a handler, which keeps its id.

#include "../temporarydirectory.h"

#include <SignalBox/SyncRegistry>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <utility>

using SignalBox::Propagation;

namespace {

// A question. Handlers get it as const reference, so what they write is behind a pointer.
struct Lookup
{
    std::string name;
    std::string *answer;
};

using Settings = SignalBox::SyncRegistry<Lookup>;
using Values = std::map<std::string, std::string>;

// A handler that knows some values.
auto answerFrom(Values values)
{
    return [values = std::move(values)](const Lookup &lookup) {
        const auto found = values.find(lookup.name);
        if (found == values.end())
            return Propagation::Continue;
        *lookup.answer = found->second;
        return Propagation::Stop;
    };
}

// "name value" a line.
Values readFile(const std::filesystem::path &path)
{
    Values values;
    std::ifstream file(path);
    for (std::string name, value; file >> name >> value;)
        values[name] = value;
    return values;
}

void show(const Settings &settings, const std::string &name)
{
    std::string answer;
    const SignalBox::DispatchReport report = settings.notify({name, &answer});
    if (!report.stoppedBy.isValid()) {
        std::cout << name << ": nobody of " << report.called << " knows it\n";
        return;
    }
    const auto handlers = settings.handlers();
    const auto answering = std::ranges::find(handlers, report.stoppedBy, &SignalBox::HandlerInfo::id);
    std::cout << name << " = " << answer << ", from the " << answering->name << ", asked: " << report.called << '\n';
}

} // namespace

int main()
{
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "user.conf") << "colour blue\n";
    std::ofstream(directory.path() / "system.conf") << "colour grey\nsize 12\n";

    Settings settings;
    const auto defaults = settings.registerHandler(answerFrom({{"colour", "black"}, {"size", "10"}, {"font", "serif"}}),
                                                   {.name = "defaults"});
    settings.registerHandler(answerFrom(readFile(directory.path() / "user.conf")),
                             {.priority = 100, .name = "user's file"});
    // Of the same priority and registered later: asked after the user's.
    settings.registerHandler(answerFrom(readFile(directory.path() / "system.conf")),
                             {.priority = 100, .name = "system's file"});
    settings.registerHandler(answerFrom({{"zoom", "2"}}), {.priority = 200, .name = "session"});

    for (const SignalBox::HandlerInfo &handler : settings.handlers())
        std::cout << handler.priority << ' ' << handler.name << '\n';
    for (const char *name : {"zoom", "colour", "size", "font", "weight"})
        show(settings, name);

    std::cout << "safe mode: the defaults first\n";
    settings.setPriority(defaults, 1000);
    for (const char *name : {"zoom", "colour"})
        show(settings, name);
}
