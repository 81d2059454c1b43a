// SPDX-License-Identifier: MIT
//
// Runs a Qt program, and tells at its end what its queued calls did to its event loops. README.md has the rest.
#include "report/reports.h"
#include "run/process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

using namespace SignalBox::Doctor;

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

std::uint64_t now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::uint64_t(time.tv_sec) * 1'000'000'000u + std::uint64_t(time.tv_nsec);
}

// A file that a report goes to. Opened before the program starts, so that nobody waits for a report that cannot be written.
class Output
{
public:
    void open(const std::string &path)
    {
        m_path = path;
        m_descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
        if (m_descriptor < 0)
            throw Refusal(Refusal::own, "cannot write the report to \"" + path + "\": " + std::strerror(errno) + '.');
    }
    bool isOpen() const { return m_descriptor >= 0; }
    void useStderr()
    {
        m_descriptor = 2;
        m_path = "stderr";
    }

    void write(const std::string &text)
    {
        if (m_descriptor != 2 && (ftruncate(m_descriptor, 0) != 0 && errno != EINVAL))
            return complain();
        if (m_descriptor != 2)
            lseek(m_descriptor, 0, SEEK_SET);
        for (std::size_t written = 0; written < text.size();) {
            const ssize_t size = ::write(m_descriptor, text.data() + written, text.size() - written);
            if (size < 0 && errno == EINTR)
                continue;
            if (size <= 0)
                return complain();
            written += std::size_t(size);
        }
    }

private:
    void complain() const { std::fprintf(stderr, "signalbox-doctor: cannot write %s: %s\n", m_path.c_str(), std::strerror(errno)); }

    int m_descriptor = -1;
    std::string m_path;
};

struct Options
{
    Output text, json, trace;
    unsigned stall = 100;
    bool hasProgress = isatty(2) == 1;
    bool isQuiet = false;
    Program::Need need = Program::Need::Qt;
    std::vector<std::string> program;
};

Options read(int argc, char **argv)
{
    Options options;
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
    return options;
}

// Beside the doctor in the build tree, or where it is installed.
std::string libraryPath()
{
    char self[PATH_MAX] = {};
    if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0)
        throw Refusal(Refusal::own, "the doctor does not find itself: /proc is not mounted.");
    const std::string folder = std::string(self).substr(0, std::string(self).rfind('/'));
    for (const std::string &path : {folder + "/" DOCTOR_LIBRARY, folder + "/" DOCTOR_LIBRARY_FROM_BIN "/" DOCTOR_LIBRARY}) {
        char resolved[PATH_MAX];
        if (realpath(path.c_str(), resolved))
            return resolved;
    }
    throw Refusal(Refusal::own, "the doctor's library " DOCTOR_LIBRARY " was not found.");
}

std::string endingOf(int status)
{
    if (WIFEXITED(status))
        return "exit code " + std::to_string(WEXITSTATUS(status));
    return "killed by signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ')';
}

class Run
{
public:
    Run(Options &options, Process &process) : m_options(options), m_process(process), m_observer(process.record(), process.pid()) { }

    int watch()
    {
        std::uint64_t nextLine = m_begin;
        for (;;) {
            const int signal = m_process.waitForSignal(10);
            int status = 0;
            const pid_t ended = waitpid(m_process.pid(), &status, WNOHANG);
            if (ended == m_process.pid() && m_observer.capture().handles(ended, status))
                continue;
            if (ended == m_process.pid() || m_observer.capture().ended())
                return finish(m_observer.capture().ended().value_or(status));
            m_observer.look();
            if (signal == SIGUSR1) {
                hideProgress();
                report("still running", now());
            }
            if (m_options.hasProgress && now() >= nextLine) {
                nextLine = now() + 500'000'000;
                showProgress();
            }
        }
    }

private:
    int finish(int status)
    {
        const std::uint64_t end = now();
        m_observer.finish(end);
        hideProgress();
        report(endingOf(status), end);
        return status;
    }

    void report(const std::string &ending, std::uint64_t until)
    {
        Symbols symbols;
        Diagnosis diagnosis = diagnose(m_observer, symbols, m_begin, until);
        const std::string path = m_options.program.front();
        diagnosis.program = path.substr(path.rfind('/') + 1);
        diagnosis.ending = ending;
        const bool isHealthy = diagnosis.state == State::Recording && diagnosis.count() == 0;
        if (!m_options.isQuiet || !isHealthy)
            m_options.text.write(textReport(diagnosis));
        if (m_options.json.isOpen())
            m_options.json.write(jsonReport(diagnosis));
        if (m_options.trace.isOpen())
            m_options.trace.write(traceReport(diagnosis, m_observer, m_begin, until, m_process.pid()));
    }

    void showProgress()
    {
        const std::string line = progressLine(m_observer, m_begin, now());
        std::fprintf(stderr, isatty(2) ? "\r\033[K%s" : "%s\n", line.c_str());
        m_isShown = true;
    }

    void hideProgress()
    {
        if (m_isShown && isatty(2))
            std::fputs("\r\033[K", stderr);
        m_isShown = false;
    }

    Options &m_options;
    Process &m_process;
    Observer m_observer;
    const std::uint64_t m_begin = now();
    bool m_isShown = false;
};

} // namespace

int main(int argc, char **argv)
try {
    const WatchedSignals signals;
    Options options = read(argc, argv);
    if (!options.text.isOpen())
        options.text.useStderr();
    const Program program = Program::find(options.program.front(), options.need);
    Process process(program, options.program, libraryPath(), options.stall, signals);
    const int status = Run(options, process).watch();
    endLike(status);
} catch (const Refusal &refusal) {
    std::fprintf(stderr, "signalbox-doctor: %s\n", refusal.what());
    return refusal.code();
} catch (const std::exception &exception) {
    std::fprintf(stderr, "signalbox-doctor: %s\n", exception.what());
    return Refusal::own;
}
