// SPDX-License-Identifier: MIT
#include "processlist.h"
#include "way.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qset.h>
#include <QtCore/qtemporarydir.h>
#include <QtGui/qimage.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qtest.h>

#include <algorithm>

Q_DECLARE_METATYPE(Way::Kind)

class ProcessesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachWayShowsTheLastListInOrder_data()
    {
        QTest::addColumn<Way::Kind>("kind");
        QTest::newRow("reset") << Way::Kind::Reset;
        QTest::newRow("proxy") << Way::Kind::Proxy;
        QTest::newRow("SignalBox") << Way::Kind::SignalBox;
    }
    void eachWayShowsTheLastListInOrder()
    {
        QFETCH(Way::Kind, kind);
        const auto way = Way::make(kind);
        QAbstractItemModel &model = *way->model();
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.sort(CpuColumn, Qt::DescendingOrder);
        InventedList list(300);
        for (int i = 0; i < 5; ++i) {
            Processes processes = list.take();
            QSet<int> pids;
            for (const Process &process : processes)
                pids.insert(process.pid);
            way->send(std::move(processes));
            QTRY_VERIFY(model.rowCount() == 300 && [&] {
                for (int row = 0; row < 300; ++row) {
                    if (!pids.contains(model.index(row, PidColumn).data().toInt()))
                        return false;
                }
                return true;
            }());
            for (int row = 1; row < 300; ++row)
                QVERIFY(model.index(row - 1, CpuColumn).data().toDouble() >= model.index(row, CpuColumn).data().toDouble());
        }
    }

    void machineHasThisProcess()
    {
        MachineList list;
        const Processes processes = list.take();
        const auto isThis = [](const Process &process) { return process.pid == QCoreApplication::applicationPid(); };
        QCOMPARE(std::count_if(processes.begin(), processes.end(), isThis), 1);
        QCOMPARE(std::find_if(processes.begin(), processes.end(), isThis)->name, QStringLiteral("tst_processes"));
    }

    void pictureIsSaved()
    {
        QTemporaryDir folder;
        QProcess process;
        process.setWorkingDirectory(folder.path());
        process.start(QStringLiteral(PROCESSES_PROGRAM), {QStringLiteral("--seconds"), QStringLiteral("1")});
        QVERIFY(process.waitForFinished(60'000));
        const QString output = QString::fromUtf8(process.readAll());
        QVERIFY2(QRegularExpression(QStringLiteral("[1-9]\\d* processes, \\d+ lists")).match(output).hasMatch(), qPrintable(output));
        QCOMPARE(QImage(folder.filePath(QStringLiteral("processes.png"))).size(), QSize(760, 560));
    }
};

QTEST_GUILESS_MAIN(ProcessesTest)
#include "tst_processes.moc"
