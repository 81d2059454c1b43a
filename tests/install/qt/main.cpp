// SPDX-License-Identifier: MIT
#include <SignalBox/AsyncRegistry>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>

#include <memory>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    SignalBox::AsyncRegistry<int> registry;
    QObject context;
    // Ends the event loop with 0 only if the event arrives whole and on this thread.
    registry.registerHandler(&context, [&context](const int &value) {
        QCoreApplication::exit(value == 42 && QThread::currentThread() == context.thread() ? 0 : 1);
    });
    const std::unique_ptr<QThread> producer(QThread::create([&registry] { registry.post(42); }));
    producer->start();
    const int result = application.exec();
    producer->wait();
    return result;
}
