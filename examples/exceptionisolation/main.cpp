// SPDX-License-Identifier: MIT
//
// One part that fails must not take the others with it, nor who notifies: orders are numbered, kept and backed up, the
// backup's folder is missing, and after three failures the backup is paused until somebody has made the folder.
//
// What makes it work: notify() never throws. A handler that throws stops nobody; the report counts it, and the callback
// of onException() hears who threw what, on the notifying thread. It may change the registry, and it may keep the
// exception for later.

#include "../temporarydirectory.h"

#include <SignalBox/SyncRegistry>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

using SignalBox::ExceptionInfo;
using SignalBox::HandlerId;

namespace {

struct Order
{
    int number;
};

void appendLine(const std::filesystem::path &path, const std::string &line)
{
    std::ofstream file(path, std::ios::app);
    if (!(file << line << std::endl))
        throw std::system_error(errno, std::generic_category(), path.filename().string());
}

} // namespace

int main()
{
    const TemporaryDirectory directory;
    const std::filesystem::path backups = directory.path() / "backups"; // not there yet

    SignalBox::SyncRegistry<Order> orders;
    std::vector<int> kept;
    const HandlerId backup = orders.registerHandler(
            [&](const Order &order) { appendLine(backups / "orders.txt", "order " + std::to_string(order.number)); },
            {.priority = 10, .name = "backup"});
    orders.registerHandler([&](const Order &order) { kept.push_back(order.number); }, {.name = "keep"});
    // Not only std::exception can be thrown.
    orders.registerHandler(
            [](const Order &order) {
                if (order.number == 2)
                    throw std::string("two is too few");
            },
            {.name = "check"});

    std::map<HandlerId, int> failures;
    std::exception_ptr lastOfBackup;
    orders.onException([&](const ExceptionInfo &info) {
        std::cout << "    " << info.handlerName() << " failed: " << info.message() << '\n';
        if (info.handlerId() == backup)
            lastOfBackup = info.exception();
        if (++failures[info.handlerId()] == 3) {
            orders.setEnabled(info.handlerId(), false);
            std::cout << "    " << info.handlerName() << " is paused\n";
        }
    });

    const auto place = [&](int number) {
        std::cout << "order " << number << '\n';
        const SignalBox::DispatchReport report = orders.notify({number});
        std::cout << "    " << report.called << " called, " << report.failed << " failed\n";
    };
    for (int number = 1; number <= 4; ++number)
        place(number);

    try {
        std::rethrow_exception(lastOfBackup);
    } catch (const std::system_error &error) {
        if (error.code() == std::errc::no_such_file_or_directory) {
            std::cout << "the folder is missing: made, and the backup goes on\n";
            std::filesystem::create_directory(backups);
            orders.setEnabled(backup, true);
        }
    }
    place(5);

    std::ifstream file(backups / "orders.txt");
    for (std::string line; std::getline(file, line);)
        std::cout << "backups/orders.txt: " << line << '\n';
    std::cout << "kept: " << kept.size() << " of 5\n";
}
