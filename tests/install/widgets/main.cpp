// SPDX-License-Identifier: MIT
//
// A worker's signal, in batches, in a widget.
#include <SignalBox/Connect>

#include <QtCore/qthread.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qplaintextedit.h>

#include <memory>

class Worker : public QObject
{
    Q_OBJECT

public:
    void work()
    {
        for (int number = 1; number <= lines; ++number)
            Q_EMIT written(QStringLiteral("line %1").arg(number));
    }
    static constexpr int lines = 1000;

Q_SIGNALS:
    void written(const QString &line);
};

int main(int argc, char *argv[])
{
    QApplication application(argc, argv);
    QPlainTextEdit view;
    view.show();
    // The worker and its thread may end before the last line is shown.
    const std::unique_ptr<QThread> thread(QThread::create([&view] {
        Worker worker;
        SignalBox::connect(&worker, &Worker::written, &view, [&view](const SignalBox::EventBatch<QString> &batch) {
            for (const QString &line : batch)
                view.appendPlainText(line);
            if (view.blockCount() == Worker::lines)
                QCoreApplication::quit();
        }, {.backlog = SignalBox::Backlog::all().every(16)});
        worker.work();
    }));
    thread->start();
    const int result = application.exec();
    thread->wait();
    return result;
}

#include "main.moc"
