// SPDX-License-Identifier: MIT
#include "doctorrun.h"

#include <QtCore/qlibraryinfo.h>
#include <QtCore/qstandardpaths.h>

// That a program which none of us wrote, Qt's "qml", does under the doctor what it does alone.
class tst_DoctorPrograms : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void programDoesWhatItDoesAlone_data();
    void programDoesWhatItDoesAlone();
};

void tst_DoctorPrograms::programDoesWhatItDoesAlone_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("items") << QStringLiteral("scene.qml") << 3 << QByteArray("frames: 60 items: 0\n");
    QTest::newRow("a worker thread") << QStringLiteral("worker.qml") << 4 << QByteArray("answers: 8000 sum: ");
}

void tst_DoctorPrograms::programDoesWhatItDoesAlone()
{
    QFETCH(QString, file);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const QString program = QStandardPaths::findExecutable(QStringLiteral("qml"), {QLibraryInfo::path(QLibraryInfo::BinariesPath)});
    if (program.isEmpty())
        QSKIP("Qt's program \"qml\" is not installed");
    const QStringList arguments{QStringLiteral(DOCTOR_SOURCES "/") + file};
    QProcess alone;
    alone.start(program, arguments);
    QVERIFY(alone.waitForFinished(-1));
    const QByteArray errors = alone.readAllStandardError();
    if (errors.contains("is not installed"))
        QSKIP("a QML module is not installed");
    QVERIFY2(errors.contains(says), errors);
    QCOMPARE(alone.exitCode(), code);

    DoctorRun run(program, arguments);
    QCOMPARE(run.errors(), errors);
    QCOMPARE(run.output(), alone.readAllStandardOutput());
    QCOMPARE(run.exitStatus(), alone.exitStatus());
    QCOMPARE(run.exitCode(), code);
    QVERIFY2(run.json()[QStringLiteral("watched")].toBool(), run.text());
    QVERIFY2(run.json()[QStringLiteral("lost")].toArray().isEmpty() && run.json()[QStringLiteral("direct")].toArray().isEmpty()
                     && run.json()[QStringLiteral("deadlocks")].toArray().isEmpty(),
             run.text());
}

QTEST_GUILESS_MAIN(tst_DoctorPrograms)
#include "tst_doctorprograms.moc"
