// SPDX-License-Identifier: MIT
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>

#include <atomic>
#include <barrier>
#include <thread>

// A data race between a thread that posts to one worker and a handler on another worker, which a second thread posts to.
// ThreadSanitizer has to report it: SanitizerOrder must not order what Qt does not.
int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    WorkerThread first;
    WorkerThread second;
    int racing = 0;
    std::atomic<bool> isHandled = false;
    SignalBox::AsyncRegistry<int> toFirst;
    SignalBox::AsyncRegistry<int> toSecond;
    toFirst.registerHandler(first.context(), [](const int &) {});
    toSecond.registerHandler(second.context(), [&](const int &event) {
        if (event == 2) {
            racing = 2;
            isHandled.store(true, std::memory_order_relaxed);
        }
    });

    // The first post of a thread takes what the library keeps for threads, and that does order them.
    std::barrier areReady(3);
    std::atomic<bool> isPosted = false;
    std::thread writer([&] {
        toFirst.post(0);
        areReady.arrive_and_wait();
        areReady.arrive_and_wait();
        racing = 1;
        toFirst.post(1);
        isPosted.store(true, std::memory_order_relaxed);
    });
    std::thread poster([&] {
        toSecond.post(0);
        areReady.arrive_and_wait();
        areReady.arrive_and_wait();
        while (!isPosted.load(std::memory_order_relaxed))
            std::this_thread::yield();
        toSecond.post(2);
    });
    areReady.arrive_and_wait();
    first.drain(); // so that each of the next posts is one that wakes its worker
    second.drain();
    areReady.arrive_and_wait();
    // This thread wakes the second worker only after that: by then it has joined the writer, and a wake-up does order them.
    while (!isHandled.load(std::memory_order_relaxed))
        std::this_thread::yield();
    writer.join();
    poster.join();
    second.drain();
    first.drain();
    return racing == 2 ? 0 : 1;
}
