// SPDX-License-Identifier: MIT
//
// The first program of the manual, and ten lines of the README: a file has been saved, and an index, a log and a backup hear of it.
//
// What makes it work: handlers run on the calling thread in the order of their priorities; one that throws stops nobody and
// is reported; the end of a guard ends its handler; the report counts who was called and who failed.

#include <SignalBox/SyncRegistry>

#include <iostream>
#include <stdexcept>

struct Saved
{
    const char *path;
};

int main()
{
    SignalBox::SyncRegistry<Saved> saved;
    saved.registerHandler([](const Saved &file) { std::cout << "index " << file.path << '\n'; });
    saved.registerHandler([](const Saved &file) { std::cout << "log " << file.path << '\n'; }, {.priority = 100});
    saved.registerHandler([](const Saved &) { throw std::runtime_error("disk full"); }, {.name = "backup"});
    saved.onException([](const SignalBox::ExceptionInfo &info) {
        std::cout << info.handlerName() << " failed: " << info.message() << '\n';
    });
    {
        const auto guard = saved.registerGuard([](const Saved &) { std::cout << "toast\n"; });
        saved.notify({"a.txt"});
    }
    const auto report = saved.notify({"b.txt"});
    std::cout << report.called << " called, " << report.failed << " failed\n";
}
