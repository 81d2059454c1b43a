// SPDX-License-Identifier: MIT
#include "levelfilter.h"
#include "linesmodel.h"
#include "linesview.h"
#include "logwindow.h"

#include <QtCore/qset.h>
#include <QtGui/qaction.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qscrollbar.h>

#include <algorithm>
#include <vector>

Q_DECLARE_METATYPE(Transport::Kind)

namespace {

std::vector<LogLine> lines(int first, int count)
{
    std::vector<LogLine> result;
    for (int i = first; i < first + count; ++i)
        result.push_back({.time = i, .worker = 1, .level = Level(i % 4), .text = QString::number(i)});
    return result;
}

QString firstText(const LinesView &view)
{
    return view.model()->index(view.rowAt(0), TextColumn).data().toString();
}

} // namespace

class Parts : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void viewFollowsItsEndWhileItIsThere()
    {
        LinesModel model(1000);
        LinesView view;
        view.setModel(&model);
        view.resize(400, 300);
        view.show();
        for (int i = 0; i < 30; ++i) {
            model.append(lines(100 * i, 100));
            QCoreApplication::processEvents();
            QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
        }
        QVERIFY(view.isFollowing());
    }

    void viewStaysWhereTheUserReadsWhileOlderRowsGo()
    {
        LinesModel model(1000);
        LinesView view;
        view.setModel(&model);
        view.resize(400, 300);
        view.show();
        model.append(lines(0, 1000));
        QCoreApplication::processEvents();
        view.verticalScrollBar()->setSliderPosition(500);
        view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderMove);
        QVERIFY(!view.isFollowing());
        QCOMPARE(firstText(view), QStringLiteral("500"));
        for (int i = 0; i < 4; ++i) {
            model.append(lines(1000 + 100 * i, 100));
            QCoreApplication::processEvents();
            QCOMPARE(firstText(view), QStringLiteral("500"));
        }
        // What the user reads is gone at last.
        model.append(lines(1400, 300));
        QCoreApplication::processEvents();
        QCOMPARE(firstText(view), QStringLiteral("700"));
        view.setFollowing(true);
        QCOMPARE(view.verticalScrollBar()->value(), view.verticalScrollBar()->maximum());
    }

    void filterShowsALevelAndAbove()
    {
        LinesModel model(100);
        LevelFilter filter;
        filter.setSourceModel(&model);
        const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.append(lines(0, 40));
        QCOMPARE(filter.rowCount(), 40);
        filter.setLowestLevel(Level::Warning);
        QCOMPARE(filter.rowCount(), 20);
        model.append(lines(40, 80)); // 20 of the 40 are gone
        QCOMPARE(filter.rowCount(), 50);
        filter.setLowestLevel(Level::Debug);
        QCOMPARE(filter.rowCount(), 100);
    }

    void eachWayShowsOrCountsEachLine_data()
    {
        QTest::addColumn<Transport::Kind>("kind");
        QTest::newRow("queued signals") << Transport::Kind::QueuedSignals;
        QTest::newRow("batched signals") << Transport::Kind::BatchedSignals;
        QTest::newRow("throttle") << Transport::Kind::Throttle;
        QTest::newRow("by hand") << Transport::Kind::ByHand;
        QTest::newRow("SignalBox") << Transport::Kind::SignalBox;
    }

    void eachWayShowsOrCountsEachLine()
    {
        QFETCH(Transport::Kind, kind);
        const auto transport = Transport::make(kind, 200);
        const QAbstractItemModelTester tester(transport->model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        Workers workers(*transport);
        workers.setRate(4000);
        QTRY_VERIFY(transport->shown() > 300);
        transport->setPaused(true);
        const qint64 before = workers.sent();
        QTRY_VERIFY(workers.sent() > before + 800); // more than there is room for
        workers.stop();
        QCoreApplication::processEvents(); // what has been sent comes while it is paused
        transport->setPaused(false);
        QTRY_COMPARE(transport->shown() + transport->lost(), workers.sent());
        QVERIFY(transport->lost() > 0);
        QCOMPARE(transport->model()->rowCount(), 200);
        QCOMPARE(transport->model()->columnCount(), int(ColumnCount));
        // The newest rows of each worker, in order.
        QMap<int, double> newest;
        for (int row = 0; row < 200; ++row) {
            const int worker = transport->model()->index(row, WorkerColumn).data().toInt();
            const double time = transport->model()->index(row, TimeColumn).data().toDouble();
            QVERIFY(time >= newest.value(worker));
            newest.insert(worker, time);
        }
    }

    void windowStandsStillWhilePaused()
    {
        LogWindow window(Transport::Kind::SignalBox, 10'000);
        window.show();
        QTRY_VERIFY(window.transport().shown() > 1000);
        const auto actions = window.findChildren<QAction *>();
        const auto pause = std::find_if(actions.begin(), actions.end(), [](const QAction *action) { return action->text() == QStringLiteral("Pause"); });
        QVERIFY(pause != actions.end());
        (*pause)->trigger();
        const qint64 sent = window.sent();
        const int rows = window.findChild<LinesView *>()->model()->rowCount();
        QTRY_VERIFY(window.sent() > sent + 1000);
        QCOMPARE(window.findChild<LinesView *>()->model()->rowCount(), rows);
        (*pause)->trigger();
        window.stopWorkers();
        QTRY_COMPARE(window.transport().shown() + window.transport().lost(), window.sent());
    }
};

QTEST_MAIN(Parts)
#include "tst_parts.moc"
