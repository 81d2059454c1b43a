// SPDX-License-Identifier: MIT
#include "options.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace SignalBox::Doctor {

namespace {

constexpr char usage[] =
        "Usage: signalbox-doctor [OPTION...] PROGRAM [ARGUMENT...]\n"
        "Runs a program of Qt " DOCTOR_QT_VERSION " unchanged, and tells at its end, and on SIGUSR1 to the doctor, which queued calls flood, which\n"
        "event loops stood still, and what to write instead. Exits as the program does.\n"
        "  --report FILE     the report as text into FILE; else it goes to stderr\n"
        "  --json FILE       the report as JSON, too\n"
        "  --trace FILE      the same as a Chrome trace, which Perfetto and Qt Creator open beside that of SIGNALBOX_TRACE\n"
        "  --stall MS        a loop that does not turn for so long stands still; 100 if not said\n"
        "  --progress        a line on stderr while the program runs, also where that is no terminal; --no-progress: nowhere\n"
        "  --quiet           no report of a program that is healthy\n"
        "  --qt-later        the program loads Qt while it runs, as Python programs do\n"
        "  --version, --help\n";

} // namespace

Options Options::read(int argc, char **argv)
{
    Options options;
    options.hasProgress = isatty(STDERR_FILENO) == 1;
    int i = 1;
    const auto next = [&](const std::string &option) -> std::string {
        if (i + 1 >= argc)
            throw Refusal(Refusal::own, option + " needs a value. Try --help.");
        return argv[++i];
    };
    for (; i < argc && argv[i][0] == '-'; ++i) {
        const std::string option = argv[i];
        if (option == "--") {
            ++i;
            break;
        }
        if (option == "--help") {
            std::fputs(usage, stdout);
            std::exit(0);
        } else if (option == "--version") {
            std::puts("signalbox-doctor " DOCTOR_VERSION ", for programs of Qt " DOCTOR_QT_VERSION);
            std::exit(0);
        } else if (option == "--report") {
            options.text.open(next(option));
        } else if (option == "--json") {
            options.json.open(next(option));
        } else if (option == "--trace") {
            options.trace.open(next(option));
        } else if (option == "--stall") {
            const std::string value = next(option);
            char *end = nullptr;
            const unsigned long number = std::strtoul(value.c_str(), &end, 10);
            if (value.empty() || *end != 0 || value[0] == '-' || number < 20 || number > 3'600'000)
                throw Refusal(Refusal::own, "--stall needs a number of milliseconds from 20 to 3600000, not \"" + value + "\".");
            options.stall = unsigned(number);
        } else if (option == "--progress") {
            options.hasProgress = true;
        } else if (option == "--no-progress") {
            options.hasProgress = false;
        } else if (option == "--quiet") {
            options.isQuiet = true;
        } else if (option == "--qt-later") {
            options.need = Program::Need::QtLater;
        } else {
            throw Refusal(Refusal::own, "unknown option \"" + option + "\". Try --help.");
        }
    }
    options.program.assign(argv + i, argv + argc);
    if (options.program.empty())
        throw Refusal(Refusal::own, "no program is named. Try --help.");
    if (!options.text.isOpen())
        options.text.useStderr();
    return options;
}

} // namespace SignalBox::Doctor
