// SPDX-License-Identifier: MIT
#include "facts.h"

#include "secondthread.h"

#include <SignalBox/version.h>

#include <boost/version.hpp>
#include <sigc++config.h>
#ifdef SIGNALBOX_BENCHMARK_QT
#    include <QtCore/qglobal.h>
#endif

#include <ctime>
#include <fstream>

#if __has_include(<sys/utsname.h>)
#    include <sys/utsname.h>
#endif
#if __has_include(<gnu/libc-version.h>)
#    include <gnu/libc-version.h>
#endif

namespace SignalBoxBenchmark {

namespace {

// What /proc/cpuinfo says of the first processor, or "unknown".
std::string processorFact(const std::string &key)
{
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (colon != std::string::npos && line.substr(0, line.find_first_of("\t:")) == key)
            return line.substr(colon + 2);
    }
    return "unknown";
}

// In virtual machines the name does not tell the generation.
std::string processorName()
{
    return processorFact("model name") + " (family " + processorFact("cpu family") + ", model " + processorFact("model") + ')';
}

std::string systemName()
{
#if __has_include(<sys/utsname.h>)
    utsname name;
    if (uname(&name) == 0)
        return std::string(name.sysname) + ' ' + name.release + ' ' + name.machine;
#endif
    return "unknown";
}

std::string compilerName()
{
#if defined(__clang__)
    return __VERSION__;
#elif defined(__GNUC__)
    return "GCC " __VERSION__;
#else
    return "unknown";
#endif
}

std::string boostVersion()
{
    return std::to_string(BOOST_VERSION / 100'000) + '.' + std::to_string(BOOST_VERSION / 100 % 1000) + '.'
            + std::to_string(BOOST_VERSION % 100);
}

std::string libsigcVersion()
{
    return std::to_string(SIGCXX_MAJOR_VERSION) + '.' + std::to_string(SIGCXX_MINOR_VERSION) + '.'
            + std::to_string(SIGCXX_MICRO_VERSION);
}

std::string today()
{
    const std::time_t now = std::time(nullptr);
    char text[sizeof "2000-01-01"] = "";
    std::strftime(text, sizeof text, "%F", std::gmtime(&now));
    return text;
}

// Above 0, something else is running: the numbers are worth less.
std::string loadAverage()
{
    std::ifstream file("/proc/loadavg");
    std::string oneMinute;
    file >> oneMinute;
    return oneMinute.empty() ? "unknown" : oneMinute;
}

} // namespace

std::vector<std::pair<std::string, std::string>> machineFacts()
{
    return
    {
        {"Date", today()}, {"CPU", processorName()}, {"CPUs for this process", std::to_string(availableCpuCount())},
                {"System", systemName()},
#if __has_include(<gnu/libc-version.h>)
                {"C library", std::string("glibc ") + gnu_get_libc_version()},
#endif
                {"Compiler", compilerName()}, {"Build", SIGNALBOX_BENCHMARK_BUILD},
                {"SignalBox", SIGNALBOX_VERSION_STRING ", " SIGNALBOX_BENCHMARK_CORE},
#ifdef SIGNALBOX_BENCHMARK_QT
                {"Qt", qVersion()},
#else
                {"Qt", "left out"},
#endif
                {"Boost", boostVersion()}, {"libsigc++", libsigcVersion()},
                {"Google Benchmark", SIGNALBOX_BENCHMARK_GOOGLE}, {"Load at the start", loadAverage()},
    };
}

} // namespace SignalBoxBenchmark
