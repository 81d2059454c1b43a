// SPDX-License-Identifier: MIT
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
