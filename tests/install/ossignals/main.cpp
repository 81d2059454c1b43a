// SPDX-License-Identifier: MIT
#include <SignalBox/OsSignals>

#include <QtCore/qcoreapplication.h>

#include <csignal>

// 0 only if the signal ends the event loop.
int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    if (!SignalBox::OsSignals::instance()->quitOnTermination())
        return 1;
    std::raise(SIGTERM);
    return application.exec();
}
