// SPDX-License-Identifier: MIT
//
// A worker writes a million lines as fast as it can, and a table shows the newest 10 000 of them, smoothly.
//
// What makes it work: post() never waits for the window, and an EventModel changes its rows once per frame, in one block.

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtCore/QTextStream>
#include <QtWidgets/QApplication>
#include <QtWidgets/QTableView>

#include <thread>

struct Line
{
    int number;
    QString text;
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    SignalBox::AsyncRegistry<Line> log;
    SignalBox::EventModel model;
    model.addColumn<Line>("number", &Line::number);
    model.addColumn<Line>("text", &Line::text);
    model.setRegistry(&log);
    QTableView view;
    view.setModel(&model);
    view.show();

    std::thread worker([&] {
        for (int i = 1; i <= 1'000'000; ++i)
            log.post({i, QStringLiteral("block %1 is written").arg(i)});
    });
    QObject::connect(&model, &SignalBox::EventModel::receivedChanged, [&] {
        if (model.received() == 1'000'000)
            app.quit();
    });
    app.exec();
    worker.join();
    QTextStream(stdout) << model.received() << " lines came, " << model.count() << " are in the table" << Qt::endl;
}
