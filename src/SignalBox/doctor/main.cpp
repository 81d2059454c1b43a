// SPDX-License-Identifier: MIT
//
// Runs a Qt program, and tells at its end what its queued calls did to its event loops. README.md has the rest.
#include "report/reports.h"
#include "run/options.h"
#include "run/process.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace SignalBox::Doctor;

namespace {

std::uint64_t now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::uint64_t(time.tv_sec) * 1'000'000'000u + std::uint64_t(time.tv_nsec);
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
    Run(Options &options, Process &process, std::uint64_t begin)
        : m_options(options), m_process(process), m_observer(process.record(), process.pid()), m_begin(begin)
    {
    }

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
                m_observer.lookAtAll();
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
    const std::uint64_t m_begin;
    bool m_isShown = false;
};

} // namespace

int main(int argc, char **argv)
try {
    const WatchedSignals signals;
    Options options = Options::read(argc, argv);
    const Program program = Program::find(options.program.front(), options.need);
    const std::uint64_t begin = now();
    Process process(program, options.program, libraryPath(), options.stall, signals);
    const int status = Run(options, process, begin).watch();
    endLike(status);
} catch (const Refusal &refusal) {
    std::fprintf(stderr, "signalbox-doctor: %s\n", refusal.what());
    return refusal.code();
} catch (const std::exception &exception) {
    std::fprintf(stderr, "signalbox-doctor: %s\n", exception.what());
    return Refusal::own;
}
