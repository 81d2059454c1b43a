// SPDX-License-Identifier: MIT
#include "subject.h"

#include <QtTest/qtest.h>

// quitOnTermination(), with real signals to a real process.
class Termination : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signalBeforeExecQuitsItWhenItBegins_data() { signalRows(); }
    void signalBeforeExecQuitsItWhenItBegins()
    {
        QFETCH(int, number);
        Subject subject({QStringLiteral("terminationBeforeExec")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(number);
        subject.letGoOn();
        QCOMPARE(subject.rest(), expected(number, {"received %1", "terminated %1", "exec returned 0", "exit 0"}));
    }

    void signalThatArrivesInProcessEventsBeforeExecIsNotLost()
    {
        Subject subject({QStringLiteral("terminationInProcessEventsBeforeExec")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGTERM);
        subject.letGoOn();
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"received %1", "terminated %1", "events processed", "exec returned 0", "exit 0"}));
    }

    void loopBeforeExecIsEndedAndExecToo()
    {
        Subject subject({QStringLiteral("terminationInLoopBeforeExec")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGTERM);
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"received %1", "terminated %1", "loop ended", "exec returned 0", "exit 0"}));
    }

    void signalDuringExecQuitsCleanly_data() { signalRows(); }
    void signalDuringExecQuitsCleanly()
    {
        QFETCH(int, number);
        Subject subject({QStringLiteral("terminationDuringExec")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(number);
        QCOMPARE(subject.rest(),
                 expected(number, {"received %1", "terminated %1", "about to quit", "exec returned 0", "exit 0"}));
    }

    void signalInNestedLoopEndsAllLoops()
    {
        Subject subject({QStringLiteral("terminationInNestedLoop")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGTERM);
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"received %1", "terminated %1", "nested loop ended", "exec returned 0", "exit 0"}));
    }

    void signalDuringAHandlerQuitsWhenItHasEnded()
    {
        Subject subject({QStringLiteral("terminationDuringHandler")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGUSR1);
        QCOMPARE(subject.line(), QStringLiteral("received %1").arg(SIGUSR1));
        QCOMPARE(subject.line(), QStringLiteral("in handler"));
        subject.send(SIGTERM);
        subject.letGoOn();
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"handler ends", "received %1", "terminated %1", "exec returned 0", "exit 0"}));
    }

    void signalIsDeliveredInTheLoopThatAHandlerRuns()
    {
        Subject subject({QStringLiteral("terminationWhileHandlerRunsALoop")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGUSR1);
        subject.send(SIGTERM);
        subject.letGoOn();
        QCOMPARE(subject.line(), QStringLiteral("received %1").arg(SIGUSR1));
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"in handler", "received %1", "terminated %1", "handler ends", "exec returned 0", "exit 0"}));
    }

    void secondSignalEndsTheProcessAtOnce_data()
    {
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("second");
        QTest::newRow("Ctrl+C twice") << SIGINT << SIGINT;
        QTest::newRow("SIGTERM twice") << SIGTERM << SIGTERM;
        QTest::newRow("SIGTERM, Ctrl+C") << SIGTERM << SIGINT;
    }
    void secondSignalEndsTheProcessAtOnce()
    {
        QFETCH(int, first);
        QFETCH(int, second);
        Subject subject({QStringLiteral("secondTerminationWhileBlocked")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(first);
        QCOMPARE(subject.line(), QStringLiteral("terminated %1").arg(first));
        // The event loop is blocked from here on.
        subject.send(second);
        QCOMPARE(subject.rest(), expected(second, {"signal %1"}));
    }

    void applicationStaysWhenASlotDecidesSo()
    {
        Subject subject({QStringLiteral("staysWhenASlotDecidesSo")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGTERM);
        QCOMPARE(subject.rest(), expected(SIGTERM, {"terminated %1", "exec returned 7", "exit 7"}));
    }

    // As a shell without job control starts a program in the background.
    void interruptThatWasIgnoredAtTheStartStaysIgnored()
    {
        Subject subject({QStringLiteral("terminationDuringExec")}, ignoring("INT"));
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGINT);
        subject.send(SIGTERM);
        QCOMPARE(subject.rest(),
                 expected(SIGTERM, {"received %1", "terminated %1", "about to quit", "exec returned 0", "exit 0"}));
    }

    void secondApplicationOfTheProcessQuitsToo()
    {
        Subject subject({QStringLiteral("twoApplications")});
        QCOMPARE(subject.line(), QStringLiteral("quits on termination: no"));
        QCOMPARE(subject.line(), QStringLiteral("ready 1"));
        subject.send(SIGHUP);
        QCOMPARE(subject.line(), QStringLiteral("received %1").arg(SIGHUP));
        subject.send(SIGTERM);
        QCOMPARE(subject.line(), QStringLiteral("received %1").arg(SIGTERM));
        QCOMPARE(subject.line(), QStringLiteral("terminated %1").arg(SIGTERM));
        QCOMPARE(subject.line(), QStringLiteral("exec returned 0"));
        QCOMPARE(subject.line(), QStringLiteral("hangups: 1"));
        QCOMPARE(subject.line(), QStringLiteral("quits on termination: no"));
        QCOMPARE(subject.line(), QStringLiteral("ready 2"));
        subject.send(SIGHUP);
        QCOMPARE(subject.line(), QStringLiteral("received %1").arg(SIGHUP));
        subject.send(SIGINT);
        QCOMPARE(subject.rest(),
                 expected(SIGINT, {"received %1", "terminated %1", "exec returned 0", "hangups: 2", "exit 0"}));
    }

private:
    static QStringList ignoring(const char *name)
    {
        return {QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                QStringLiteral("trap '' %1; exec \"$0\" \"$@\"").arg(QString::fromUtf8(name))};
    }

    static void signalRows()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }

    static QStringList expected(int number, std::initializer_list<const char *> lines)
    {
        QStringList result;
        for (const char *line : lines) {
            const QString text = QString::fromUtf8(line);
            result += text.contains(QLatin1String("%1")) ? text.arg(number) : text;
        }
        return result;
    }
};

QTEST_GUILESS_MAIN(Termination)
#include "tst_termination.moc"
