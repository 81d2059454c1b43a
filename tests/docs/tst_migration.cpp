// SPDX-License-Identifier: MIT
//
// The pairs of src/manual/porting.md: each side of a pair does the same, which is checked.
#include "migration.h"

#include <SignalBox/DrainBudget>

#include <QtCore/qcoreapplication.h>
#include <QtTest/qtest.h>

#include <chrono>

class Migration : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // The pairs turn their event loop once. One drain, however slow the machine.
    void initTestCase() { SignalBox::setDrainBudget(std::chrono::microseconds::max()); }

    void qtSignals()
    {
        QCOMPARE(qtSignalsBefore(), qtSignalsAfter());
        QCOMPARE(qtSignalsAfter(), QStringList({QStringLiteral("log a.txt"), QStringLiteral("show a.txt")}));
    }

    void qtRows()
    {
        QCOMPARE(qtSlotsAfter(), QStringList({QStringLiteral("b.txt")}));
        QVERIFY(movedWithItsOwner());
    }

    void connections()
    {
        QCOMPARE(connectBefore(), QStringList({QStringLiteral("50")}));
        QCOMPARE(connectAfter(), QStringList({QStringLiteral("50")})); // of 51 emissions
        QCOMPARE(connectionTypesAfter(),
                 QStringList({QStringLiteral("a"), QStringLiteral("direct a"), QStringLiteral("once a"), QStringLiteral("unique a"),
                              QStringLiteral("b"), QStringLiteral("direct b"), QStringLiteral("unique b"),
                              QStringLiteral("queued a"), QStringLiteral("queued b")}));
    }

    void batchesOfSeveralArguments()
    {
        const QStringList numbers = {QStringLiteral("1.5"), QStringLiteral("2.5"), QStringLiteral("3.5")};
        QCOMPARE(batchesOfArguments(), numbers);
        QCOMPARE(batchesOfStructs(), numbers);
    }

    void endOfAFlood()
    {
        QCOMPARE(theEndComesLast(), QStringList({QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("3"), QStringLiteral("over")}));
        QCOMPARE(theEndIsPosted(), QStringList({QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("3"), QStringLiteral("over")}));
        const QStringList shown = theEndIsNotified();
        QCOMPARE(shown.mid(shown.size() - 2), QStringList({QStringLiteral("1000"), QStringLiteral("over")}));
    }

    void tables()
    {
        QCOMPARE(tablesAfter(), QStringList({QStringLiteral("0 1499.0"), QStringLiteral("1 1499.0"), QStringLiteral("1000"),
                                             QStringLiteral("1499")}));
    }

    void connectionsThatAreMembers()
    {
        QVERIFY(memberConnectionIsEnded());
    }

    void debounceTimers()
    {
        QCOMPARE(debounceBefore(), QStringList({QStringLiteral("search")}));
        QCOMPARE(debounceAfter(), QStringList({QStringLiteral("search")}));
    }

    void throttlers()
    {
        const QStringList shown = throttlersAfter();
        QCOMPARE(shown.last(), QStringLiteral("silence"));
        QVERIFY(shown.contains(QStringLiteral("99")));
        QVERIFY(shown.size() <= 4);
    }

    void byHand()
    {
        QCOMPARE(byHandBefore(), QStringList({QStringLiteral("a.txt"), QStringLiteral("b.txt")}));
        QCOMPARE(byHandAfter(), QStringList({QStringLiteral("a.txt"), QStringLiteral("b.txt")}));
        QCOMPARE(clearedInOrder(), QStringList({QStringLiteral("b.txt")}));
    }

    void streams()
    {
        QCOMPARE(streamAfter(), QStringList({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("over")}));
    }

    void signals2()
    {
#ifdef SIGNALBOX_TEST_BOOST
        QCOMPARE(signals2Before(), signals2After());
#endif
        QCOMPARE(signals2After(), QStringList({QStringLiteral("log a.txt"), QStringLiteral("index a.txt")}));
    }

    void signals2Rows()
    {
        QCOMPARE(connectExtendedAfter(), QStringList({QStringLiteral("first a.txt")}));
        QCOMPARE(groupsAfter(), QStringList({QStringLiteral("-2147483648"), QStringLiteral("0"), QStringLiteral("1"),
                                             QStringLiteral("2147483647")}));
        QVERIFY(isEndedWithItsRegistry());
    }

    void sigslot()
    {
        QCOMPARE(sigslotAfter(), QStringList({QStringLiteral("log a.txt"), QStringLiteral("index a.txt")}));
    }

    void kdBindings()
    {
        QCOMPARE(kdBindingsAfter(), QStringList({QStringLiteral("volume 80"), QStringLiteral("deferred 80")}));
        QCOMPARE(boundArgumentsAfter(), QStringList({QStringLiteral("red a.txt"), QStringLiteral("answer")}));
    }
};

QTEST_GUILESS_MAIN(Migration)
#include "tst_migration.moc"
