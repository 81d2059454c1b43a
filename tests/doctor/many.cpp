// SPDX-License-Identifier: MIT
//
// 10 000 connections, each of objects of its own, and 500 slots.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

namespace {

constexpr int connections = 10'000;

// Each is a slot of its own.
template <int number> void invoke(Receiver &receiver)
{
    QMetaObject::invokeMethod(&receiver, [&receiver] { receiver.take(number); }, Qt::QueuedConnection);
}

template <int... numbers> void invokeAll(Receiver &receiver, std::integer_sequence<int, numbers...>)
{
    for (const auto call : {invoke<numbers>...}) // not by a fold: compilers nest those, and not without a limit
        call(receiver);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    std::vector<std::unique_ptr<Sender>> senders;
    std::vector<std::unique_ptr<Receiver>> receivers;
    for (int i = 0; i < connections; ++i) {
        senders.push_back(std::make_unique<Sender>());
        receivers.push_back(std::make_unique<Receiver>());
        QObject::connect(senders.back().get(), &Sender::sent, receivers.back().get(), &Receiver::take, Qt::QueuedConnection);
    }
    for (const auto &sender : senders)
        Q_EMIT sender->sent(1);
    invokeAll(*receivers.front(), std::make_integer_sequence<int, 500>());
    QMetaObject::invokeMethod(&application, &QCoreApplication::quit, Qt::QueuedConnection);
    const int code = QCoreApplication::exec();
    int sum = 0;
    for (const auto &receiver : receivers)
        sum += receiver->sum();
    std::printf("%d\n", sum);
    return code;
}
