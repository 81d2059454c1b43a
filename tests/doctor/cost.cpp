// SPDX-License-Identifier: MIT
//
// Queued calls at a steady rate, for the cost of watching them: cost [SECONDS [RATE]].
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const int seconds = argc > 1 ? std::atoi(argv[1]) : 2;
    const int rate = argc > 2 ? std::atoi(argv[2]) : 500'000;
    Sender sender;
    Receiver receiver;
    qint64 sum = 0;
    const qint64 count = qint64(seconds) * rate;
    QObject::connect(&sender, &Sender::sent, &receiver, [&](int number) {
        sum += number;
        if (sum == count)
            QCoreApplication::quit();
    }, Qt::QueuedConnection);
    QThread *thread = QThread::create([&] {
        auto time = std::chrono::steady_clock::now();
        for (qint64 sent = 0; sent < count;) {
            for (int i = 0; i < rate / 1000 && sent < count; ++i, ++sent)
                Q_EMIT sender.sent(1);
            std::this_thread::sleep_until(time += std::chrono::milliseconds(1));
        }
    });
    thread->start();
    const int code = QCoreApplication::exec();
    thread->wait();
    delete thread;
    std::printf("%lld\n", static_cast<long long>(sum));
    return code;
}
