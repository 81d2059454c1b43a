// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/OsSignals>
#include <SignalBox/QmlOsSignals>

#include <QtQml/qqmlengine.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <csignal>
#include <memory>

using SignalBox::OsSignals;
using SignalBox::QmlOsSignals;

class QmlOsSignalsTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QmlOsSignals> create(const QByteArray &body)
    {
        auto object = createObject(m_engine, "import SignalBox\nOsSignals {\n" + body + "\n}");
        return std::unique_ptr<QmlOsSignals>(qobject_cast<QmlOsSignals *>(object.release()));
    }

    QQmlEngine m_engine;

private Q_SLOTS:
    void initTestCase()
    {
        if (!OsSignals::isSupported())
            QSKIP("no POSIX signals here");
        std::signal(SIGHUP, SIG_DFL); // one that was ignored at the start stays ignored
    }

    void watchedSignalsAreReceivedAndOthersAreNot()
    {
        const auto element = create("property var seen: []\nwatched: [OsSignals.Hangup, OsSignals.User1]\n"
                                    "onReceived: signal => seen.push(signal)");
        const auto other = create("watched: [OsSignals.User2]");
        QVERIFY(element && other);
        QSignalSpy spy(element.get(), &QmlOsSignals::received);
        raise(SIGHUP);
        raise(SIGUSR2);
        QCOMPARE(spy.count(), 0);
        QTRY_COMPARE(spy.count(), 1);
        raise(SIGUSR1);
        QTRY_COMPARE(spy.count(), 2);
        QCOMPARE(element->property("seen").toList(), QVariantList({SIGHUP, SIGUSR1}));

        element->setWatched({SIGUSR1}); // no gap in which it would end the process
        raise(SIGUSR1);
        QTRY_COMPARE(spy.count(), 3);
    }

    void signalHasItsOwnEffectAgainWhenTheElementIsGone()
    {
        const auto current = [] {
            struct sigaction action = {};
            sigaction(SIGUSR1, nullptr, &action);
            return action.sa_handler;
        };
        auto element = create("watched: [OsSignals.User1]");
        QVERIFY(element);
        QVERIFY(current() != SIG_DFL);
        element.reset();
        QVERIFY(current() == SIG_DFL);
    }

    void firstTerminationSavesAndQuits()
    {
        const auto element = create("property int saved: 0\nquitOnTermination: true\nonTerminated: signal => saved = signal");
        QVERIFY(element);
        raise(SIGTERM);
        QCOMPARE(element->property("saved").toInt(), 0);
        QCOMPARE(QCoreApplication::exec(), 0);
        QCOMPARE(element->property("saved").toInt(), SIGTERM);
    }

    void terminationMayBeRefused()
    {
        const auto element = create("quitOnTermination: true\nonTerminated: signal => quitOnTermination = false");
        QVERIFY(element);
        connect(element.get(), &QmlOsSignals::terminated, qApp, [] { QCoreApplication::exit(7); }, Qt::QueuedConnection);
        raise(SIGTERM);
        QCOMPARE(QCoreApplication::exec(), 7); // and not 0, that of quit(), which would come first
        QVERIFY(!OsSignals::instance()->isQuittingOnTermination());
    }

    void quittingLastsWhileAnyElementAsks()
    {
        auto first = create("quitOnTermination: true");
        const auto second = create("quitOnTermination: true");
        QVERIFY(first && second);
        first.reset();
        QVERIFY(OsSignals::instance()->isQuittingOnTermination());
        second->setQuitOnTermination(false);
        QVERIFY(!OsSignals::instance()->isQuittingOnTermination());
    }

    void quittingThatCppAskedForStays()
    {
        OsSignals::instance()->quitOnTermination();
        create("quitOnTermination: true").reset();
        QVERIFY(OsSignals::instance()->isQuittingOnTermination());
        OsSignals::instance()->setQuitOnTermination(false);
    }
};

QTEST_GUILESS_MAIN(QmlOsSignalsTest)
#include "tst_qmlossignals.moc"
