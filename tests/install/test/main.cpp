// SPDX-License-Identifier: MIT
#include <SignalBox/AsyncRegistry>
#include <SignalBox/RegistrySpy>
#include <SignalBox/TestClock>

#include <QtCore/qcoreapplication.h>

// 0 only if an hour passes at once, and the spy has seen the event.
int main(int argc, char *argv[])
{
    using namespace std::chrono_literals;
    QCoreApplication application(argc, argv);
    SignalBox::TestClock clock;
    SignalBox::AsyncRegistry<int> registry;
    SignalBox::RegistrySpy<int> spy(registry);
    QObject context;
    int seen = 0;
    registry.registerHandler(&context, [&seen](const int &value) { seen = value; },
                             {.backlog = SignalBox::Backlog::newest().quietFor(1h)});
    registry.post(42);
    return clock.advance(1h) && seen == 42 && spy.count() == 1 ? 0 : 1;
}
