// SPDX-License-Identifier: MIT
#include "subject.h"

#include <QtTest/qtest.h>

// Real signals to real processes, and to their children.
class RealSignals : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachSignalArrives_data()
    {
        QTest::addColumn<int>("number");
        const QList<int> refused{SIGKILL, SIGSTOP, SIGILL, SIGFPE, SIGSEGV, SIGBUS};
        for (int number = 1; number < NSIG; ++number) {
#if defined(SIGRTMIN)
            const bool isOfTheCLibrary = number >= 32 && number < SIGRTMIN;
#else
            const bool isOfTheCLibrary = false;
#endif
            if (!refused.contains(number) && !isOfTheCLibrary)
                QTest::addRow("%d", number) << number;
        }
    }
    void eachSignalArrives()
    {
        QFETCH(int, number);
        if (Subject::isEmulated() && number >= NSIG - 2)
            QSKIP("qemu keeps the last two signals for itself");
        Subject subject({QStringLiteral("eachSignal"), QString::number(number)});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(number);
        QCOMPARE(subject.rest(), handled(number));
    }

    void hangupThatNohupIgnoresStaysIgnored()
    {
        Subject subject({QStringLiteral("eachSignal"), QString::number(SIGHUP)}, {QStringLiteral("nohup")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGHUP);
        subject.send(SIGTERM);
        QCOMPARE(subject.rest(), (QStringList{QStringLiteral("signal %1").arg(SIGTERM)}));
    }

    void hangupArrivesUnderNohupIfTheProgramSetsItsDefaultFirst()
    {
        Subject subject({QStringLiteral("eachSignalAfterItsDefault"), QString::number(SIGHUP)}, {QStringLiteral("nohup")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGHUP);
        QCOMPARE(subject.rest(), handled(SIGHUP));
    }

    void signalThatTheProgramItselfHasIgnoredArrives()
    {
        Subject subject({QStringLiteral("eachSignalAfterIgnoringIt"), QString::number(SIGINT)});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        subject.send(SIGINT);
        QCOMPARE(subject.rest(), handled(SIGINT));
    }

    void stormOfHundredThousandIsSurvivedAndItsLastSignalHandled()
    {
        Subject subject({QStringLiteral("storm")});
        QCOMPARE(subject.line(), QStringLiteral("ready"));
        for (int i = 0; i < 100000; ++i)
            subject.send(SIGUSR1);
        subject.send(SIGUSR2);
        const QString counted = subject.line();
        QVERIFY2(counted.startsWith(QStringLiteral("calls ")), qPrintable(counted));
        const int calls = counted.mid(6).toInt();
        QVERIFY2(calls >= 1 && calls <= 100000, qPrintable(counted));
        QCOMPARE(subject.rest(), (QStringList{QStringLiteral("exec returned 0"), QStringLiteral("exit 0")}));
    }

#if defined(Q_OS_LINUX)
    void errnoIsKeptAlsoWhenTheWakeUpFails() { expect("errnoIsKept", {"filled yes", "errno 1234", "exit 0"}); }
#endif

    void signalOfAForkedChildIsItsOwn()
    {
        expect("signalOfAForkedChildIsItsOwn",
               {"child ended by signal 10", "child ended with 0", "parent has seen 0", "received 10", "parent has seen 1", "exit 0"});
    }

    void pendingSignalStaysTheParents()
    {
        expect("pendingSignalStaysTheParents", {"child ended with 0", "parent has seen 1", "exit 0"});
    }

    void forkedChildMayListenItself()
    {
        expect("forkedChildMayListenItself", {"child ended with 0", "parent has seen 0", "parent has seen 1", "exit 0"});
    }

    void withoutAnApplicationNothingIsInstalled()
    {
        expect("noApplication", {"quit no", "handler no", "watch closed yes", "future empty", "disposition unchanged", "exit 0"});
    }

private:
    static QStringList handled(int number)
    {
        return {QStringLiteral("received %1").arg(number), QStringLiteral("handled %1").arg(number),
                QStringLiteral("exec returned 0"), QStringLiteral("exit 0")};
    }

    static void expect(const char *scenario, std::initializer_list<const char *> lines)
    {
        QStringList expected;
        for (const char *line : lines)
            expected += QString::fromUtf8(line).replace(QLatin1String("signal 10"), QStringLiteral("signal %1").arg(SIGUSR1))
                            .replace(QLatin1String("received 10"), QStringLiteral("received %1").arg(SIGUSR1));
        Subject subject({QString::fromUtf8(scenario)});
        QCOMPARE(subject.rest(), expected);
    }
};

QTEST_GUILESS_MAIN(RealSignals)
#include "tst_realsignals.moc"
