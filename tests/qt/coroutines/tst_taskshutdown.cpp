// SPDX-License-Identifier: MIT
#include "../core/check.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/NextEvent>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/YieldToLoop>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

// Coroutines before the first application, between two, and after the last: in static objects that die at exit.

using namespace std::chrono_literals;
using SignalBox::onThread;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::yieldToLoop;

namespace {

int ended = 0;

// Destroyed after all others: checks that everything has ended.
struct Last
{
    ~Last() { CHECK(ended == 2); } // that of the thread ends later, with Qt
};
Last last;

struct End
{
    ~End() { ++ended; }
};

Task<> waitForEver()
{
    const End end;
    co_await sleepFor(1000h);
    CHECK(false);
}

SignalBox::AsyncRegistry<int> events;
QObject context;
std::unique_ptr<QObject> diesInAStatic = std::make_unique<QObject>();

Task<> waitForAnEvent()
{
    const End end;
    co_await events.next();
    CHECK(false);
}

} // namespace

int main(int argc, char *argv[])
{
    // Before: it runs up to its first wait.
    int step = 0;
    const auto early = spawn(&context, [&]() -> Task<> {
        step = 1;
        co_await yieldToLoop();
        step = 2;
        co_await sleepFor(1ms);
        step = 3;
    });
    CHECK(step == 1);
    spawn(&context, waitForEver);
    spawn(diesInAStatic.get(), waitForAnEvent);
    spawn(onThread(QThread::currentThread()), waitForEver);
    for (int run = 0; run < 2; ++run) {
        auto application = std::make_unique<QCoreApplication>(argc, argv);
        while (run == 1 && !early.isFinished())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        if (run == 0) {
            // Suspended while no application runs.
            while (step == 1)
                QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            CHECK(step >= 2); // 3 on a busy machine
        }
        // The time of the sleeper comes while there is no application.
        if (run == 0) {
            const auto end = std::chrono::steady_clock::now() + 10ms;
            application.reset();
            while (std::chrono::steady_clock::now() < end)
                std::this_thread::yield();
        }
    }
    CHECK(step == 3);
    // After the last one: a spawn runs up to its first wait, a cancellation works, and so does the end of the context.
    TaskHandle<> late = spawn(&context, []() -> Task<> { co_await sleepFor(1ms); });
    CHECK(!late.isFinished());
    late.cancel();
    CHECK(late.isFinished());
    CHECK(ended == 0);
}
