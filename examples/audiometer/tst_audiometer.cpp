// SPDX-License-Identifier: MIT
#include "level.h"
#include "meterwindow.h"

#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>

#include <thread>

class AudioMeterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void louderOfTwoBlocksIsKept()
    {
        Level kept{0.5F, 0.1F};
        takeLouder(kept, {0.2F, 0.7F});
        QCOMPARE(kept.left, 0.5F);
        QCOMPARE(kept.right, 0.7F);
        QCOMPARE(kept.blocks, 2);
    }

    void windowShowsTheSound()
    {
        MeterWindow window;
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.shown() > 100 && window.left().level() > 0, 30'000);
    }

    void eachBlockIsShownOrCounted()
    {
        MeterWindow window;
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.shown() > 10, 30'000);
        while (window.audio().lost() < 100) // the window stands still
            std::this_thread::yield();
        const std::int64_t before = window.shown();
        QTRY_VERIFY_WITH_TIMEOUT(window.shown() > before, 30'000);
        window.audio().stop();
        QTRY_COMPARE_WITH_TIMEOUT(window.shown() + window.audio().lost(), window.audio().blocks(), 30'000);
    }

    void pictureIsSaved()
    {
        QTemporaryDir folder;
        QProcess process;
        process.setWorkingDirectory(folder.path());
        process.start(QStringLiteral(AUDIOMETER_PROGRAM), {QStringLiteral("--seconds"), QStringLiteral("1")});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 0);
        const QString output = QString::fromUtf8(process.readAll());
        QVERIFY2(QRegularExpression(QStringLiteral("^saved audiometer.png\n[1-9]\\d* blocks, \\d+ lost\n$")).match(output).hasMatch(), qPrintable(output));
        const QImage picture(folder.filePath(QStringLiteral("audiometer.png")));
        QVERIFY(picture.width() > 300);
        bool hasGreen = false; // a bar has begun
        for (int y = 0; y < picture.height() && !hasGreen; ++y) {
            const QColor colour = picture.pixelColor(40, y);
            hasGreen = colour.green() > colour.red() + 50 && colour.green() > colour.blue() + 30;
        }
        QVERIFY(hasGreen);
    }

    void wrongArgumentsAreRefused()
    {
        QProcess process;
        process.start(QStringLiteral(AUDIOMETER_PROGRAM), {QStringLiteral("--seconds"), QStringLiteral("0")});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 2);
        QVERIFY(process.readAllStandardError().contains("--seconds needs a number greater than 0, not \"0\""));
    }
};

QTEST_MAIN(AudioMeterTest)
#include "tst_audiometer.moc"
