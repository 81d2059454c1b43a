// SPDX-License-Identifier: MIT
#include "doctorrun.h"

// That the queued ways of two examples are diagnosed as their users would want it. Their rates are low, so that slow machines keep up.
class tst_DoctorExamples : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void queuedWayIsNamed_data();
    void queuedWayIsNamed();
};

void tst_DoctorExamples::queuedWayIsNamed_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("sender");
    QTest::addColumn<QString>("signal");
    QTest::addColumn<QString>("receiver");
    QTest::newRow("logviewer") << QStringLiteral(DOCTOR_LOGVIEWER) << QStringLiteral("Logger") << QStringLiteral("logged(LogLine)") << QStringLiteral("LinesModel");
    QTest::newRow("ticker") << QStringLiteral(DOCTOR_TICKER) << QStringLiteral("Feed") << QStringLiteral("quoted(Quote)") << QStringLiteral("QuotesModel");
}

void tst_DoctorExamples::queuedWayIsNamed()
{
    QFETCH(QString, program);
    QFETCH(QString, sender);
    QFETCH(QString, signal);
    QFETCH(QString, receiver);
    QTemporaryDir folder;
    DoctorRun run(program, {QStringLiteral("--compare"), QStringLiteral("--seconds"), QStringLiteral("0.5"), QStringLiteral("--rate"), QStringLiteral("2000"),
                            QStringLiteral("--output"), folder.filePath(QStringLiteral("comparison"))});
    QCOMPARE(run.exitCode(), 0);
    // Among the busiest, whether this machine takes it for a flood or not.
    for (const QJsonValue &call : run.json()[QStringLiteral("busiest")].toArray()) {
        if (call[QStringLiteral("signal")].toString() != signal)
            continue;
        QCOMPARE(call[QStringLiteral("sender")].toString(), sender);
        QCOMPARE(call[QStringLiteral("receiver")].toString(), receiver);
        QVERIFY(call[QStringLiteral("calls")].toInteger() > 0);
        for (const char *place : {"connected", "slotPlace"}) {
            const QJsonValue where = call[QLatin1String(place)];
            QVERIFY2(where[QStringLiteral("file")].toString().endsWith(QLatin1String("queuedsignals.cpp")), run.text());
            QVERIFY(where[QStringLiteral("line")].toInt() > 0);
        }
        return;
    }
    QFAIL(run.text());
}

QTEST_GUILESS_MAIN(tst_DoctorExamples)
#include "tst_doctorexamples.moc"
