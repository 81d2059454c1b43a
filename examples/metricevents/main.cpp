// SPDX-License-Identifier: MIT
//
// Threads that answer requests say so and go on; what they said is counted, and an exporter thread writes the counts to
// a file that Prometheus reads (through node_exporter's textfile collector, for example).
//
//     metricevents [FOLDER]        writes metrics.prom there, anew
//
// What makes it work: notify() takes no lock and writes nothing that threads share. Neither does its handler lock: it
// adds to atomics, each on a cache line of its own, so that only threads that count the same thing share a line. No
// thread that notifies waits for the file; the exporter's does.

#include "../durablefile.h"
#include "../temporarydirectory.h"
#include "exporter.h"
#include "metrics.h"
#include "served.h"

#include <SignalBox/SyncRegistry>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t threadCount = 4;
constexpr std::size_t requestsPerThread = 30'000;

// Answers the requests of one thread.
void serve(const SignalBox::SyncRegistry<Served> &served, std::size_t thread)
{
    for (std::size_t i = 0; i < requestsPerThread; ++i) {
        const std::size_t route = (i + thread) % Metrics::routes.size();
        const std::string answer(1 + i % 5000, 'x');
        served.notify({.route = route, .hasFailed = i % 10 == 0, .bytes = answer.size()});
    }
}

} // namespace

int main(int argc, char *argv[])
{
    const TemporaryDirectory temporary;
    const std::filesystem::path folder = argc > 1 ? argv[1] : temporary.path();
    const std::filesystem::path path = folder / "metrics.prom";
    std::filesystem::create_directories(folder);
    std::filesystem::remove(path);

    Metrics metrics;
    SignalBox::SyncRegistry<Served> served;
    served.registerHandler(std::bind_front(&Metrics::count, &metrics), {.name = "metrics"});
    {
        Exporter exporter(path, std::chrono::milliseconds(10), [&metrics] { return metrics.text(); });
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < threadCount; ++thread)
            threads.emplace_back([&served, thread] { serve(served, thread); });
        threads.clear(); // joins them; and the end of the exporter writes the last file
    }

    std::cout << readFile(path);
    return std::filesystem::exists(path) ? 0 : 1;
}
