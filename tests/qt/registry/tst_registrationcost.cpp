// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtTest/qtest.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

// What it costs to register a handler on a context that has many already, as a number of instructions: the test starts itself
// again, and steps through a few registrations of that process one instruction after the other. Unlike times, the number is the
// same on a busy machine.

using SignalBox::AsyncRegistry;
using SignalBox::HandlerId;

namespace {

constexpr int refused = 77; // an exit code, and a result: nobody may step through the process here
constexpr int steps = 4; // registrations and removals that are counted

// Between two signals, for the process that counts.
void registerAndRemove(AsyncRegistry<int> &registry, QObject *context)
{
    std::vector<HandlerId> ids(steps);
    std::raise(SIGUSR1);
    for (HandlerId &id : ids)
        id = registry.registerHandler(context, [](const int &) {});
    for (const HandlerId id : ids)
        registry.unregister(id);
    std::raise(SIGUSR1);
}

int runCounted(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const char *const where = argv[2];
    const int handlers = std::atoi(argv[3]);
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0)
        return refused;
    WorkerThread worker;
    QObject here;
    QObject *const context = std::strcmp(where, "elsewhere") == 0 ? worker.context() : &here;
    AsyncRegistry<int> registry;
    for (int i = 0; i < handlers; ++i)
        registry.registerHandler(context, [](const int &) {});
    worker.run([] {}); // it is idle now
    registerAndRemove(registry, context);
    std::_Exit(0);
}

// Of each registration and removal, on the average; or `refused`; or 0: the process has failed.
int instructionsAmong(const std::string &where, int handlers)
{
    const std::string program = QCoreApplication::applicationFilePath().toStdString();
    const std::string count = std::to_string(handlers);
    const pid_t child = fork();
    if (child == 0) {
        execl(program.c_str(), program.c_str(), "counted", where.c_str(), count.c_str(), nullptr);
        _exit(refused);
    }
    int status = 0;
    int signals = 0;
    int instructions = 0;
    while (signals < 2) {
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
            return WIFEXITED(status) && WEXITSTATUS(status) == refused ? refused : 0;
        if (WSTOPSIG(status) == SIGUSR1)
            ++signals;
        else if (signals == 1)
            ++instructions;
        ptrace(signals == 1 ? PTRACE_SINGLESTEP : PTRACE_CONT, child, nullptr, nullptr);
    }
    waitpid(child, &status, 0);
    return instructions / (2 * steps);
}

} // namespace

class RegistrationCost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hardlyGrowsWithTheHandlersOfTheContext_data()
    {
        QTest::addColumn<QString>("where");
        QTest::newRow("context of this thread") << QStringLiteral("here");
        QTest::newRow("context of another thread") << QStringLiteral("elsewhere");
    }
    // A list of n handlers is changed by copying some of their root: with a hundred times as many, ten times as much, and that is the
    // smaller part. What grows with n itself makes a program's start quadratic.
    void hardlyGrowsWithTheHandlersOfTheContext()
    {
        QFETCH(QString, where);
        const int few = instructionsAmong(where.toStdString(), 100);
        if (few == refused)
            QSKIP("no process may step through another one here");
        const int many = instructionsAmong(where.toStdString(), 10'000);
        qInfo("%d instructions among 100 handlers, %d among 10 000", few, many);
        QVERIFY(few > 0);
        QVERIFY(many > 0);
        QVERIFY(many < 5 * few);
    }
};

int main(int argc, char **argv)
{
    if (argc == 4 && std::strcmp(argv[1], "counted") == 0)
        return runCounted(argc, argv);
    QCoreApplication app(argc, argv);
    RegistrationCost test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_registrationcost.moc"
