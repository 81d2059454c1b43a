// SPDX-License-Identifier: MIT
//
// What flood.cpp and signatures.cpp do, by the lines that the doctor prints for them, word for word: a test compares.
#include "sender.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/Connect>
#include <SignalBox/EventBatch>

#include <QtCore/qcoreapplication.h>

#include <cstdio>
#include <tuple>

namespace {

constexpr int calls = 3000;

// How many came in batches; the newest of those of which only that matters.
struct Arrived
{
    std::size_t numbers = 0;
    std::size_t descriptions = 0;
    std::size_t values = 0;
    std::size_t texts = 0;
    std::size_t names = 0;
    std::size_t events = 0;
    int number = 0;
    int description = 0;
    double value = 0;
    QString text;
    QString name;
    bool isClosed = false;
} arrived;

struct Event
{
    int number;
};

void useTheNewest(Sender *sender, Meter *meter, Receiver *receiver)
{
    {
        const auto handler = [](int number) { arrived.number = number; };
        SignalBox::connect(sender, &Sender::sent, receiver, handler, {.backlog = SignalBox::Backlog::throttled(50)});
    }
    {
        const auto handler = [](const QString &, int number) { arrived.description = number; };
        SignalBox::connect(sender, &Sender::described, receiver, handler, {.backlog = SignalBox::Backlog::throttled(50)});
    }
    {
        const auto handler = [] { arrived.isClosed = true; };
        SignalBox::connect(meter, &Meter::closed, receiver, handler, {.backlog = SignalBox::Backlog::throttled(50)});
    }
    {
        const auto handler = [](double value) { arrived.value = value; };
        SignalBox::connect(meter, qOverload<double>(&Meter::measured), receiver, handler,
                           {.backlog = SignalBox::Backlog::throttled(50)});
    }
    {
        const auto handler = [](const QString &text) { arrived.text = text; };
        SignalBox::connect(meter, qOverload<const QString &>(&Meter::measured), receiver, handler,
                           {.backlog = SignalBox::Backlog::throttled(50)});
    }
    {
        const auto handler = [](const QString &name) { arrived.name = name; };
        SignalBox::connect(meter, &Meter::objectNameChanged, receiver, handler, {.backlog = SignalBox::Backlog::throttled(50)});
    }
}

void useEach(Sender *sender, Meter *meter, Receiver *receiver)
{
    SignalBox::connect(sender, &Sender::sent, receiver,
                       [](const SignalBox::EventBatch<int> &batch) { arrived.numbers += batch.size(); },
                       {.backlog = SignalBox::Backlog::all().every(16)});
    SignalBox::connect(sender, &Sender::described, receiver,
                       [](const SignalBox::EventBatch<std::tuple<QString, int>> &batch) { arrived.descriptions += batch.size(); },
                       {.backlog = SignalBox::Backlog::all().every(16)});
    SignalBox::connect(meter, qOverload<double>(&Meter::measured), receiver,
                       [](const SignalBox::EventBatch<double> &batch) { arrived.values += batch.size(); },
                       {.backlog = SignalBox::Backlog::all().every(16)});
    SignalBox::connect(meter, qOverload<const QString &>(&Meter::measured), receiver,
                       [](const SignalBox::EventBatch<QString> &batch) { arrived.texts += batch.size(); },
                       {.backlog = SignalBox::Backlog::all().every(16)});
    SignalBox::connect(meter, &Meter::objectNameChanged, receiver,
                       [](const SignalBox::EventBatch<QString> &batch) { arrived.names += batch.size(); },
                       {.backlog = SignalBox::Backlog::all().every(16)});
}

bool isComplete()
{
    const QString last = QString::number(calls);
    for (const std::size_t count : {arrived.numbers, arrived.descriptions, arrived.values, arrived.texts, arrived.names, arrived.events}) {
        if (count < std::size_t(calls))
            return false;
    }
    return arrived.number == calls && arrived.description == calls && arrived.isClosed && arrived.value == calls && arrived.text == last
            && arrived.name == last;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    Sender theSender;
    Meter theMeter;
    Receiver theReceiver;
    Sender *const sender = &theSender;
    Meter *const meter = &theMeter;
    Receiver *const receiver = &theReceiver;
    useTheNewest(sender, meter, receiver);
    useEach(sender, meter, receiver);
    SignalBox::AsyncRegistry<Event> registry;
    registry.registerHandler(receiver, [](const SignalBox::EventBatch<Event> &events) { arrived.events += events.size(); },
                             {.backlog = SignalBox::Backlog::all().every(16)});
    runOnOtherThread([&] {
        for (int i = 1; i <= calls; ++i) {
            Q_EMIT sender->sent(i);
            Q_EMIT sender->described(QStringLiteral("text"), i);
            Q_EMIT meter->closed();
            Q_EMIT meter->measured(double(i));
            Q_EMIT meter->measured(QString::number(i));
            const Event event{i};
            registry.post(event);
        }
    });
    for (int i = 1; i <= calls; ++i)
        meter->setObjectName(QString::number(i));
    while (!isComplete())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    std::puts("complete");
    return 0;
}
