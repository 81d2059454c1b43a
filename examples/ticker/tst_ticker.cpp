// SPDX-License-Identifier: MIT
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>

// Runs the program as a user without a display does.
class TickerTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_output;

    int run(const QStringList &arguments)
    {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral(TICKER_PROGRAM), arguments);
        if (!process.waitForFinished(180'000))
            return -1;
        m_output = QString::fromUtf8(process.readAll());
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    }

private Q_SLOTS:
    void lastQuotesAreShownAndThePictureIsSaved()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--rate"), QStringLiteral("100000")}), 0);
        const auto counts = QRegularExpression(QStringLiteral("sent (\\d+), shown (\\d+), last quotes shown")).match(m_output);
        QVERIFY2(counts.hasMatch(), qPrintable(m_output));
        QVERIFY2(counts.captured(1).toLongLong() > 5000, qPrintable(m_output));
        QVERIFY(counts.captured(2).toLongLong() <= counts.captured(1).toLongLong());
        QCOMPARE(QImage(m_folder.filePath(QStringLiteral("ticker.png"))).size(), QSize(860, 620));
    }

    void comparisonNamesFourWays()
    {
        QCOMPARE(run({QStringLiteral("--compare"), QStringLiteral("--seconds"), QStringLiteral("1"), QStringLiteral("--rate"), QStringLiteral("20000")}), 0);
        QFile file(m_folder.filePath(QStringLiteral("ticker-comparison.md")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString table = QString::fromUtf8(file.readAll());
        QVERIFY(m_output.contains(table));
        QCOMPARE(table.count(QStringLiteral("\n| ")), 5); // the headings, and the ways
        QVERIFY(!m_output.contains(QStringLiteral("not shown within")));
        QVERIFY(!QImage(m_folder.filePath(QStringLiteral("ticker-comparison.png"))).isNull());
    }

    void windowIsMeasuredBesideAnIdleOne()
    {
        QCOMPARE(run({QStringLiteral("--measure"), QStringLiteral("--seconds"), QStringLiteral("1"), QStringLiteral("--rate"), QStringLiteral("20000")}), 0);
        QVERIFY2(m_output.contains(QStringLiteral("| an idle window | ")), qPrintable(m_output));
        QVERIFY2(m_output.contains(QStringLiteral("\n| SignalBox")), qPrintable(m_output));
    }

    void badArgumentsAreRefused()
    {
        QCOMPARE(run({QStringLiteral("--rate"), QStringLiteral("many")}), 2);
        QVERIFY2(m_output.contains(QStringLiteral("--rate needs a number from 0 to 1000000, not \"many\"")), qPrintable(m_output));
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("0")}), 2);
        QCOMPARE(run({QStringLiteral("file")}), 2);
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("0.1"), QStringLiteral("--screenshot"), QStringLiteral("missing/x.png")}), 1);
        QVERIFY2(m_output.contains(QStringLiteral("cannot save a picture as missing/x.png")), qPrintable(m_output));
    }
};

QTEST_GUILESS_MAIN(TickerTest)
#include "tst_ticker.moc"
