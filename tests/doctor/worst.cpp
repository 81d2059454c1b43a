// SPDX-License-Identifier: MIT
//
// Calls of many kinds. Without an argument, one kind comes fast though only one of it waits at a time, and of twelve others more wait, but
// not too many. With one, there are twelve floods, each worse than the one before.
#include "sender.h"

#include <QtCore/qcoreapplication.h>

#include <cstdio>
#include <utility>

namespace {

// Each is a slot of its own.
template <int number> void invoke(Receiver &receiver, int calls)
{
    for (int i = 0; i < calls; ++i)
        QMetaObject::invokeMethod(&receiver, [&receiver] { receiver.take(number); }, Qt::QueuedConnection);
}

template <int... numbers> void invokeAll(Receiver &receiver, int calls, int more, std::integer_sequence<int, numbers...>)
{
    (invoke<numbers>(receiver, calls + numbers * more), ...);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    constexpr std::make_integer_sequence<int, 12> kinds;
    Sender sender;
    Receiver receiver;
    int count = 0;
    QObject::connect(&sender, &Sender::sent, &receiver, [&](int left) {
        ++count;
        if (left > 0)
            Q_EMIT sender.sent(left - 1);
        else
            QCoreApplication::quit();
    }, Qt::QueuedConnection);
    if (argc > 1)
        invokeAll(receiver, 1000, 100, kinds);
    else
        invokeAll(receiver, 50, 0, kinds);
    Q_EMIT sender.sent(argc > 1 ? 0 : 30'000);
    const int code = QCoreApplication::exec();
    std::printf("%d %d\n", count, receiver.sum());
    return code;
}
