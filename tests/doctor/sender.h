// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qobject.h>
#include <QtCore/qstring.h>
#include <QtCore/qthread.h>

class Sender : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void sent(int number);
    void described(const QString &text, int number);
};

// Signals that are less easy to name in C++, and objectNameChanged(), which is private.
class Meter : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void closed();
    void measured(double value);
    void measured(const QString &text);
};

class Receiver : public QObject
{
    Q_OBJECT

public:
    int sum() const { return m_sum; }

public Q_SLOTS:
    void take(int number) { m_sum += number; }

private:
    int m_sum = 0;
};

// Runs a function, and ends.
template <class Function> void runOnOtherThread(Function function)
{
    QThread *thread = QThread::create(function);
    thread->start();
    thread->wait();
    delete thread;
}
