// SPDX-License-Identifier: MIT
#include <SignalBox/OsSignals>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qeventloop.h>
#include <QtCore/qtimer.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

// The program that the tests send signals to. Its argument names a scenario; it says "ready" when a signal may come,
// and what happens, a line each; a line on its standard input lets it go on.

using SignalBox::OsSignals;

namespace {

int argumentCount = 0;
char **arguments = nullptr;

void say(const std::string &text)
{
    const std::string line = text + '\n';
    if (write(STDOUT_FILENO, line.data(), line.size()) != ssize_t(line.size()))
        std::_Exit(3);
}

// Blocks the thread, and its event loop; -1 with EINTR would end the scenario.
void awaitLine()
{
    char byte = 0;
    do {
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            say(std::string("cannot read: ") + std::strerror(errno));
            std::_Exit(3);
        }
    } while (byte != '\n');
}

void sayWhatArrives()
{
    QObject::connect(OsSignals::instance(), &OsSignals::received, qApp,
                     [](int number) { say("received " + std::to_string(number)); });
    QObject::connect(OsSignals::instance(), &OsSignals::terminated, qApp,
                     [](int number) { say("terminated " + std::to_string(number)); });
}

int execute()
{
    const int result = QCoreApplication::exec();
    say("exec returned " + std::to_string(result));
    return result;
}

int eachSignal()
{
    const int number = std::atoi(arguments[2]);
    sayWhatArrives();
    OsSignals::instance()->registerHandler(number, qApp, [](int called) {
        say("handled " + std::to_string(called));
        QCoreApplication::quit();
    });
    say("ready");
    return execute();
}

int eachSignalAfterItsDefault()
{
    std::signal(std::atoi(arguments[2]), SIG_DFL);
    return eachSignal();
}

int eachSignalAfterIgnoringIt()
{
    std::signal(std::atoi(arguments[2]), SIG_IGN);
    return eachSignal();
}

int storm()
{
    static int calls = 0;
    OsSignals::instance()->registerHandler(SIGUSR1, qApp, [] { ++calls; });
    OsSignals::instance()->registerHandler(SIGUSR2, qApp, [] {
        say("calls " + std::to_string(calls));
        QCoreApplication::quit();
    });
    say("ready");
    return execute();
}

int terminationBeforeExec()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    say("ready");
    awaitLine();
    return execute();
}

int terminationInProcessEventsBeforeExec()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    say("ready");
    awaitLine();
    for (int i = 0; i < 10; ++i)
        QCoreApplication::processEvents();
    say("events processed");
    return execute();
}

int terminationInLoopBeforeExec()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    QEventLoop loop;
    QTimer::singleShot(0, qApp, [] { say("ready"); });
    loop.exec();
    say("loop ended");
    return execute();
}

int terminationDuringExec()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    QObject::connect(qApp, &QCoreApplication::aboutToQuit, qApp, [] { say("about to quit"); });
    QTimer::singleShot(0, qApp, [] { say("ready"); });
    return execute();
}

int terminationInNestedLoop()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    QTimer::singleShot(0, qApp, [] {
        QEventLoop nested;
        QTimer::singleShot(0, qApp, [] { say("ready"); });
        nested.exec();
        say("nested loop ended");
    });
    return execute();
}

int terminationDuringHandler()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    OsSignals::instance()->registerHandler(SIGUSR1, qApp, [] {
        say("in handler");
        awaitLine();
        say("handler ends");
    });
    say("ready");
    return execute();
}

// Both signals are pending when the loop begins, and the first one's handler runs a loop of its own.
int terminationWhileHandlerRunsALoop()
{
    sayWhatArrives();
    OsSignals::instance()->quitOnTermination();
    OsSignals::instance()->registerHandler(SIGUSR1, qApp, [] {
        say("in handler");
        QEventLoop().exec();
        say("handler ends");
    });
    say("ready");
    awaitLine();
    return execute();
}

int secondTerminationWhileBlocked()
{
    OsSignals::instance()->quitOnTermination();
    QObject::connect(OsSignals::instance(), &OsSignals::terminated, qApp, [](int number) {
        say("terminated " + std::to_string(number));
        awaitLine();
    });
    say("ready");
    return execute();
}

int staysWhenASlotDecidesSo()
{
    OsSignals::instance()->quitOnTermination();
    QObject::connect(OsSignals::instance(), &OsSignals::terminated, qApp, [](int number) {
        OsSignals::instance()->setQuitOnTermination(false);
        say("terminated " + std::to_string(number));
        QTimer::singleShot(50, qApp, [] { QCoreApplication::exit(7); });
    });
    say("ready");
    return execute();
}

int twoApplications()
{
    // The first one has had its events; the receiver belongs to neither.
    SignalBox::WatchReceiver<> hangup;
    for (int run = 1; run <= 2; ++run) {
        QCoreApplication application(argumentCount, arguments);
        if (run == 1)
            hangup = OsSignals::instance()->watch(SIGHUP);
        say(std::string("quits on termination: ") + (OsSignals::instance()->isQuittingOnTermination() ? "yes" : "no"));
        sayWhatArrives();
        OsSignals::instance()->quitOnTermination();
        QTimer::singleShot(0, qApp, [run] { say("ready " + std::to_string(run)); });
        execute();
        say("hangups: " + std::to_string(hangup.version()));
        OsSignals::instance()->disconnect();
    }
    return 0;
}

int noApplication()
{
    struct sigaction before = {};
    sigaction(SIGTERM, nullptr, &before);
    OsSignals *const object = OsSignals::instance();
    say(std::string("quit ") + (object->quitOnTermination() ? "yes" : "no"));
    QObject context;
    say(std::string("handler ") + (object->registerHandler(SIGTERM, &context, [] {}).isValid() ? "yes" : "no"));
    say(std::string("watch closed ") + (object->watch(SIGTERM).isClosed() ? "yes" : "no"));
    auto future = object->next(SIGTERM);
    say(std::string("future ") + (future.isFinished() && !future.result() ? "empty" : "open"));
    struct sigaction after = {};
    sigaction(SIGTERM, nullptr, &after);
    say(std::string("disposition ") + (after.sa_handler == before.sa_handler ? "unchanged" : "changed"));
    return 0;
}

// Fills every eventfd, so that the write() of the signal handler fails and sets errno.
int errnoIsKept()
{
    OsSignals::instance()->registerHandler(SIGUSR1, qApp, [] {});
    DIR *const descriptors = opendir("/proc/self/fd");
    int filled = 0;
    while (const dirent *const entry = readdir(descriptors)) {
        char target[64] = {};
        const std::string path = std::string("/proc/self/fd/") + entry->d_name;
        if (readlink(path.c_str(), target, sizeof target - 1) <= 0 || !std::strstr(target, "eventfd"))
            continue;
        const int descriptor = std::atoi(entry->d_name);
        const std::uint64_t most = UINT64_MAX - 1;
        while (write(descriptor, &most, sizeof most) == sizeof most) {
        }
        const std::uint64_t one = 1;
        filled += write(descriptor, &one, sizeof one) < 0 && errno == EAGAIN;
    }
    closedir(descriptors);
    errno = 1234;
    raise(SIGUSR1);
    const int kept = errno;
    say("filled " + std::string(filled > 0 ? "yes" : "no"));
    say("errno " + std::to_string(kept));
    return 0;
}

// Runs `body` in a child of fork() and says how it ended.
void sayHowAChildEnds(const std::function<void()> &body)
{
    const pid_t child = fork();
    if (child == 0) {
        alarm(20);
        body();
        std::_Exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    say(WIFSIGNALED(status) ? "child ended by signal " + std::to_string(WTERMSIG(status))
                            : "child ended with " + std::to_string(WEXITSTATUS(status)));
}

void processEvents()
{
    for (int i = 0; i < 5; ++i)
        QCoreApplication::processEvents();
}

int signalOfAForkedChildIsItsOwn()
{
    sayWhatArrives();
    const auto user = OsSignals::instance()->watch(SIGUSR1);
    const auto window = OsSignals::instance()->watch(SIGWINCH);
    sayHowAChildEnds([] { raise(SIGUSR1); });
    sayHowAChildEnds([] { raise(SIGWINCH); }); // ignored by default
    processEvents();
    say("parent has seen " + std::to_string(user.version() + window.version()));
    raise(SIGUSR1);
    processEvents();
    say("parent has seen " + std::to_string(user.version()));
    return 0;
}

int pendingSignalStaysTheParents()
{
    const auto user = OsSignals::instance()->watch(SIGUSR1);
    raise(SIGUSR1);
    sayHowAChildEnds([&] {
        processEvents();
        std::_Exit(user.version() == 0 ? 0 : 1);
    });
    processEvents();
    say("parent has seen " + std::to_string(user.version()));
    return 0;
}

int forkedChildMayListenItself()
{
    const auto user = OsSignals::instance()->watch(SIGUSR1);
    sayHowAChildEnds([&] {
        const auto own = OsSignals::instance()->watch(SIGUSR2);
        raise(SIGUSR1);
        raise(SIGUSR2);
        processEvents();
        std::_Exit(user.version() == 1 && own.version() == 1 ? 0 : 1);
    });
    processEvents();
    say("parent has seen " + std::to_string(user.version()));
    raise(SIGUSR1);
    processEvents();
    say("parent has seen " + std::to_string(user.version()));
    return 0;
}

} // namespace

int main(int argc, char *argv[])
{
    argumentCount = argc;
    arguments = argv;
    const std::map<std::string, int (*)()> scenarios = {
        {"eachSignal", eachSignal},
        {"eachSignalAfterItsDefault", eachSignalAfterItsDefault},
        {"eachSignalAfterIgnoringIt", eachSignalAfterIgnoringIt},
        {"storm", storm},
        {"terminationBeforeExec", terminationBeforeExec},
        {"terminationInProcessEventsBeforeExec", terminationInProcessEventsBeforeExec},
        {"terminationInLoopBeforeExec", terminationInLoopBeforeExec},
        {"terminationDuringExec", terminationDuringExec},
        {"terminationInNestedLoop", terminationInNestedLoop},
        {"terminationDuringHandler", terminationDuringHandler},
        {"terminationWhileHandlerRunsALoop", terminationWhileHandlerRunsALoop},
        {"secondTerminationWhileBlocked", secondTerminationWhileBlocked},
        {"staysWhenASlotDecidesSo", staysWhenASlotDecidesSo},
        {"errnoIsKept", errnoIsKept},
        {"signalOfAForkedChildIsItsOwn", signalOfAForkedChildIsItsOwn},
        {"pendingSignalStaysTheParents", pendingSignalStaysTheParents},
        {"forkedChildMayListenItself", forkedChildMayListenItself},
    };
    const std::string name = argc > 1 ? argv[1] : "";
    if (name == "twoApplications")
        return twoApplications();
    if (name == "noApplication")
        return noApplication();
    const auto scenario = scenarios.find(name);
    if (scenario == scenarios.end())
        return 2;
    QCoreApplication application(argc, argv);
    return scenario->second();
}
