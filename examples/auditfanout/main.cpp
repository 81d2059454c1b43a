// SPDX-License-Identifier: MIT
//
// Each access to a system is audited by four sinks: a file that only grows, a counter, the standard output, and a copy
// of the file on another disk, which is full. Four threads report accesses at once.
//
//     auditfanout [FOLDER]        writes audit.log there, anew
//
// What makes it work: the file's handler has the highest priority, so it has each record before the other sinks. The
// copy fails each time: that stops neither the other sinks nor the threads, is counted in each report, and is told to
// onException(). What one thread notifies reaches every sink in the thread's order; sinks are called by several threads
// at once.

#include "../durablefile.h"
#include "../temporarydirectory.h"

#include <SignalBox/SyncRegistry>

#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::array users{"alice", "bob", "carol", "mallory"};
constexpr int recordsPerUser = 1000;

struct Access
{
    std::string user;
    int number;
    bool isDenied;
};

// Policy: what was denied is on the disk when notify() returns; the rest is with the operating system, so it survives
// the end of the process but not a power failure, until the next denied access or synchronize(). No lock: one write() a
// record.
class FileSink
{
public:
    explicit FileSink(const std::filesystem::path &path) : m_file(path) {}

    void operator()(const Access &access)
    {
        m_file.append(access.user + ' ' + std::to_string(access.number)
                      + (access.isDenied ? " denied\n" : " allowed\n"));
        if (access.isDenied)
            m_file.synchronize();
    }
    void synchronize() { m_file.synchronize(); }

private:
    AppendFile m_file;
};

// What denies access, for whoever watches. One string for one record, so that lines stay whole.
void show(const Access &access)
{
    if (access.isDenied)
        std::cout << "denied: " + access.user + ", access " + std::to_string(access.number) + '\n' << std::flush;
}

struct FailureLog
{
    std::mutex mutex;
    int count = 0;
    std::string last;
};

// Reads audit.log back: how many lines are whole, and in the order of their thread without a gap.
int countOrderedLines(const std::filesystem::path &path)
{
    std::array<int, users.size()> next{};
    int count = 0;
    std::istringstream lines(readFile(path));
    for (std::string line; std::getline(lines, line);) {
        for (std::size_t i = 0; i < users.size(); ++i) {
            const std::string begin = users[i] + (' ' + std::to_string(next[i]));
            if (line == begin + " allowed" || line == begin + " denied") {
                ++next[i];
                ++count;
                break;
            }
        }
    }
    return count;
}

} // namespace

int main(int argc, char *argv[])
{
    const TemporaryDirectory temporary;
    const std::filesystem::path folder = argc > 1 ? argv[1] : temporary.path();
    const std::filesystem::path path = folder / "audit.log";
    std::filesystem::create_directories(folder);
    std::filesystem::remove(path);

    FileSink file(path);
    FileSink copy("/dev/full"); // takes no byte: "No space left on device"
    std::atomic<int> counter = 0;
    FailureLog failures;

    SignalBox::SyncRegistry<Access> audit;
    audit.registerHandler(std::ref(file), {.priority = 100, .name = "file"});
    audit.registerHandler(std::ref(copy), {.priority = 50, .name = "copy"});
    audit.registerHandler([&](const Access &) { ++counter; }, {.name = "counter"});
    audit.registerHandler(show, {.name = "standard output"});
    audit.onException([&](const SignalBox::ExceptionInfo &info) { // on any of the threads
        const std::lock_guard lock(failures.mutex);
        ++failures.count;
        failures.last = std::string(info.handlerName()) + ": " + info.message();
    });

    std::atomic<int> called = 0;
    std::atomic<int> failed = 0;
    std::vector<std::jthread> threads;
    for (const char *const name : users) {
        threads.emplace_back([&, user = std::string(name)] {
            for (int number = 0; number < recordsPerUser; ++number) {
                const bool isDenied = user == "mallory" && number % 300 == 299;
                const SignalBox::DispatchReport report = audit.notify({user, number, isDenied});
                called += static_cast<int>(report.called);
                failed += static_cast<int>(report.failed);
            }
        });
    }
    threads.clear(); // joins them
    file.synchronize();

    const int records = static_cast<int>(users.size()) * recordsPerUser;
    const int lines = countOrderedLines(path);
    std::cout << records << " accesses on " << users.size() << " threads\n"
              << "audit.log: " << lines << " whole lines, each thread's in its order, in "
              << std::filesystem::file_size(path) << " bytes\n"
              << "counter: " << counter << '\n'
              << "failures: " << failures.count << ", the last " << failures.last << '\n'
              << "reports: " << called << " called, " << failed << " failed\n";
    const bool isComplete = lines == records && counter == records && failures.count == records && failed == records;
    return isComplete ? 0 : 1;
}
