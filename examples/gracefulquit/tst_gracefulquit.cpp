// SPDX-License-Identifier: MIT
#include "../runningexample.h"

#include <QtTest/qtest.h>

class GracefulQuitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void stateIsSavedOnTerminationAndTheNextRunGoesOn_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("Ctrl+C") << SIGINT;
    }
    void stateIsSavedOnTerminationAndTheNextRunGoesOn()
    {
        QFETCH(int, number);
        RunningExample example;
        example.write("gracefulquit.conf", "# fast\nstep = 7\ninterval = 1\n");
        example.write("gracefulquit.state", "1000\n");
        example.start();
        QVERIFY(example.lineWith(QStringLiteral("goes on from 1000; step 7, interval 1 ms")).startsWith(QStringLiteral("process ")));
        example.send(number);
        QVERIFY(!example.lineWith(QStringLiteral("signal %1: leaving").arg(number)).isNull());
        const QString saved = example.lineWith(QStringLiteral("saved "));
        QCOMPARE(example.exitCode(), 0);
        const QByteArray count = example.read("gracefulquit.state").trimmed();
        QCOMPARE(saved, QStringLiteral("saved %1 to gracefulquit.state").arg(QString::fromLatin1(count)));
        QVERIFY(count.toLongLong() >= 1000 && (count.toLongLong() - 1000) % 7 == 0);

        example.start();
        QVERIFY(!example.lineWith(QStringLiteral("goes on from ") + QString::fromLatin1(count)).isNull());
        example.send(SIGTERM);
        QCOMPARE(example.exitCode(), 0);
    }

    void configurationIsReadAgainOnHangup()
    {
        RunningExample example;
        example.start();
        QVERIFY(!example.lineWith(QStringLiteral("cannot read gracefulquit.conf")).isNull());
        QVERIFY(!example.lineWith(QStringLiteral("goes on from 0; step 1, interval 100 ms")).isNull());
        example.write("gracefulquit.conf", "step = 3\ninterval = 1\n");
        example.send(SIGHUP);
        QVERIFY(!example.lineWith(QStringLiteral("reloaded: step 3, interval 1 ms")).isNull());
        example.write("gracefulquit.conf", "step = 3\ninterval = soon\n");
        example.send(SIGHUP);
        QCOMPARE(example.lineWith(QStringLiteral("line 2")),
                 QStringLiteral("gracefulquit.conf, line 2: expected \"step = N\" or \"interval = N\", not \"interval = soon\"; "
                                "nothing has changed"));
        example.send(SIGTERM);
        QVERIFY(!example.lineWith(QStringLiteral("saved ")).isNull());
        QCOMPARE(example.exitCode(), 0);
    }
};

QTEST_GUILESS_MAIN(GracefulQuitTest)
#include "tst_gracefulquit.moc"
