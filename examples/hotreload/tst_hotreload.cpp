// SPDX-License-Identifier: MIT
#include "../runningexample.h"

#include <QtTest/qtest.h>

class HotReloadTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySubscriberFollowsTheFileHoweverItIsWritten()
    {
        RunningExample example;
        example.write("hotreload.conf", "colour = red\n");
        example.start();
        QVERIFY(!example.lineWith(QStringLiteral("/hotreload.conf, 1 settings")).isNull());

        example.replace("hotreload.conf", "colour = blue\nsize = 3\n");
        awaitAll(example, {QStringLiteral("colour: red -> blue"), QStringLiteral("size: nothing -> 3"),
                           QStringLiteral("1000 parts have colour blue"), QStringLiteral("renderer thread has 2 settings")});

        example.write("hotreload.conf", "colour = green\nsize = 3\n");
        awaitAll(example, {QStringLiteral("-> green"), QStringLiteral("1000 parts have colour green"),
                           QStringLiteral("renderer thread has 2 settings")});

        example.replace("hotreload.conf", "colour = white\n");
        awaitAll(example, {QStringLiteral("colour: green -> white"), QStringLiteral("size: 3 -> nothing"),
                           QStringLiteral("1000 parts have colour white"), QStringLiteral("renderer thread has 1 settings")});

        example.send(SIGINT);
        QVERIFY(!example.lineWith(QStringLiteral("done")).isNull());
        QCOMPARE(example.exitCode(), 0);
    }

private:
    // In whichever order they come.
    static void awaitAll(RunningExample &example, QStringList texts)
    {
        while (!texts.isEmpty()) {
            const QString line = example.lineWith(QString());
            QVERIFY2(!line.isNull(), qPrintable(texts.join(QLatin1Char('\n'))));
            for (qsizetype i = texts.size(); i-- > 0;) {
                if (line.contains(texts[i]))
                    texts.removeAt(i);
            }
        }
    }
};

QTEST_GUILESS_MAIN(HotReloadTest)
#include "tst_hotreload.moc"
