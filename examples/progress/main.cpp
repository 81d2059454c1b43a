// SPDX-License-Identifier: MIT
//
// The first program of the project's README: a thread emits a signal five million times, and a window shows how far it is.
//
// What makes it work: of all emissions that wait, the newest is kept, and the slot is called at most once per 16 ms.

#include <SignalBox/Connect>

#include <QtCore/QTextStream>
#include <QtCore/QThread>
#include <QtWidgets/QApplication>
#include <QtWidgets/QProgressBar>

class Worker : public QThread
{
    Q_OBJECT

Q_SIGNALS:
    void advanced(int percent);

private:
    void run() override
    {
        for (int i = 1; i <= 5000000; ++i)
            Q_EMIT advanced(i / 50000);
    }
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QProgressBar bar;
    bar.show();
    Worker worker;
    SignalBox::connect(&worker, &Worker::advanced, &bar, &QProgressBar::setValue,
                       {.backlog = SignalBox::Backlog::throttled(16)}); // was QObject::connect()
    QObject::connect(&bar, &QProgressBar::valueChanged, &app, [&](int percent) {
        if (percent == 100)
            app.quit();
    });
    worker.start();
    app.exec();
    worker.wait();
    QTextStream(stdout) << bar.value() << " percent" << Qt::endl;
}
#include "main.moc"
