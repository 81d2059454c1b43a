// SPDX-License-Identifier: MIT
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>

// Runs the program as a user without a display does.
class LogViewer : public QObject
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
        process.start(QStringLiteral(LOGVIEWER_PROGRAM), arguments);
        if (!process.waitForFinished(180'000))
            return -1;
        m_output = QString::fromUtf8(process.readAll());
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2;
    }

private Q_SLOTS:
    void eachLineIsShownOrLostAndThePictureIsSaved()
    {
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("2"), QStringLiteral("--rate"), QStringLiteral("50000")}), 0);
        const auto counts = QRegularExpression(QStringLiteral("sent (\\d+), shown (\\d+), lost (\\d+)")).match(m_output);
        QVERIFY2(counts.hasMatch(), qPrintable(m_output));
        QVERIFY2(counts.captured(1).toLongLong() > 1000, qPrintable(m_output));
        QCOMPARE(counts.captured(2).toLongLong() + counts.captured(3).toLongLong(), counts.captured(1).toLongLong());
        QCOMPARE(QImage(m_folder.filePath(QStringLiteral("logviewer.png"))).size(), QSize(960, 600));
    }

    void comparisonNamesEachWayAndLosesNoLine()
    {
        QCOMPARE(run({QStringLiteral("--compare"), QStringLiteral("--seconds"), QStringLiteral("1"), QStringLiteral("--rate"), QStringLiteral("20000")}), 0);
        QFile file(m_folder.filePath(QStringLiteral("logviewer-comparison.md")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QString table = QString::fromUtf8(file.readAll());
        QVERIFY(m_output.contains(table));
        int ways = 0;
        for (const QString &row : table.split(QLatin1Char('\n'))) {
            const QStringList cells = row.split(QStringLiteral(" | "));
            if (cells.size() != 9 || cells.at(0) == QStringLiteral("| way"))
                continue;
            ++ways;
            const auto number = [&cells](int cell) { return QString(cells.at(cell)).remove(QLatin1Char(',')).toLongLong(); };
            QVERIFY2(number(5) > 1000, qPrintable(row));
            QCOMPARE(number(6) + number(7), number(5));
        }
        QCOMPARE(ways, 5);
        QVERIFY(!QImage(m_folder.filePath(QStringLiteral("logviewer-comparison.png"))).isNull());
    }

    void windowIsMeasuredBesideAnIdleOne()
    {
        QCOMPARE(run({QStringLiteral("--measure"), QStringLiteral("--seconds"), QStringLiteral("1"), QStringLiteral("--rate"), QStringLiteral("20000")}), 0);
        const auto idle = QRegularExpression(QStringLiteral("\\| an idle window \\| [*\\d.]+ \\|.*\\| 0 \\| 0 \\| 0 \\| [*\\d]+ \\|\n")).match(m_output);
        QVERIFY2(idle.hasMatch(), qPrintable(m_output));
        const auto flood = QRegularExpression(QStringLiteral("\n\\| SignalBox.*\\| ([\\d,]+) \\| ([\\d,]+) \\| ([\\d,]+) \\| [*\\d]+ \\|\n")).match(m_output);
        QVERIFY2(flood.hasMatch(), qPrintable(m_output));
        const auto number = [&flood](int group) { return flood.captured(group).remove(QLatin1Char(',')).toLongLong(); };
        QVERIFY2(number(1) > 1000, qPrintable(m_output));
        QCOMPARE(number(2) + number(3), number(1));
    }

    void badArgumentsAreRefused()
    {
        QCOMPARE(run({QStringLiteral("--rate"), QStringLiteral("many")}), 2);
        QVERIFY2(m_output.contains(QStringLiteral("--rate needs a number from 0 to 500000, not \"many\"")), qPrintable(m_output));
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("0")}), 2);
        QCOMPARE(run({QStringLiteral("--compare"), QStringLiteral("--measure")}), 2);
        QCOMPARE(run({QStringLiteral("file")}), 2);
        QCOMPARE(run({QStringLiteral("--seconds"), QStringLiteral("0.1"), QStringLiteral("--screenshot"), QStringLiteral("missing/x.png")}), 1);
        QVERIFY2(m_output.contains(QStringLiteral("cannot save a picture as missing/x.png")), qPrintable(m_output));
    }
};

QTEST_GUILESS_MAIN(LogViewer)
#include "tst_logviewer.moc"
