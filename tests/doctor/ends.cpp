// SPDX-License-Identifier: MIT
//
// Floods itself, and ends as its argument says, with the flood still waiting or delivered.
#include "sender.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qprocess.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int calls = 2000;

void flood(Sender &sender)
{
    for (int i = 0; i < calls; ++i)
        Q_EMIT sender.sent(1);
}

int deliver()
{
    QMetaObject::invokeMethod(QCoreApplication::instance(), [] { QCoreApplication::exit(3); }, Qt::QueuedConnection);
    return QCoreApplication::exec();
}

void print(const char *text)
{
    std::puts(text);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Sender sender;
    Receiver receiver;
    QObject::connect(&sender, &Sender::sent, &receiver, &Receiver::take, Qt::QueuedConnection);
    flood(sender);
    const std::string how = argc > 1 ? argv[1] : "";
    if (how == "crash") {
        std::signal(SIGSEGV, SIG_DFL);
        *static_cast<volatile int *>(nullptr) = 1;
    } else if (how == "abort") {
        std::abort();
    } else if (how == "_exit") {
        _exit(7);
    } else if (how == "wait") {
        print("waits");
        pause();
    } else if (how == "input") {
        // Until its input ends; what it says from then on goes into a file.
        print("waits");
        if (!std::freopen(argv[2], "w", stdout))
            return 1;
        while (std::getchar() != EOF) { }
    } else if (how == "fork") {
        // The child runs Qt's loop on, and floods: in its own copy of everything.
        const pid_t child = fork();
        if (child == 0) {
            flood(sender);
            _exit(deliver() + 1);
        }
        int status = 0;
        waitpid(child, &status, 0);
        std::printf("the child's code is %d\n", WEXITSTATUS(status));
    } else if (how == "start") {
        // Another Qt program, which floods, too.
        QProcess process;
        process.start(QString::fromLocal8Bit(argv[0]), {QStringLiteral("environment")});
        process.waitForFinished(-1);
        std::printf("%s", process.readAllStandardOutput().constData());
    } else if (how == "exec") {
        print("becomes another");
        execl(argv[0], argv[0], "environment", nullptr);
    } else if (how == "environment") {
        extern char **environ;
        for (char **variable = environ; *variable; ++variable) {
            if (std::strstr(*variable, "PRELOAD") || std::strstr(*variable, "SIGNALBOX_DOCTOR"))
                std::puts(*variable);
        }
        // The doctor's memory is no open file of the program.
        std::printf("next descriptor: %d\n", dup(0));
    } else if (how == "remove") {
        QCoreApplication::removePostedEvents(&receiver);
    }
    const int code = deliver();
    std::printf("%d\n", receiver.sum());
    return code;
}
