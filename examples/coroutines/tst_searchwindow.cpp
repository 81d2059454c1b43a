// SPDX-License-Identifier: MIT
#include "searchwindow.h"

#include <QtCore/qelapsedtimer.h>
#include <QtCore/qfile.h>
#include <QtCore/qmutex.h>
#include <QtCore/qtemporarydir.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qlistwidget.h>
#include <QtWidgets/qprogressbar.h>

#include <atomic>
#include <memory>

using namespace std::chrono_literals;

namespace {

constexpr int patience = 60'000;
constexpr int files = 40;

QLineEdit *editOf(const SearchWindow &window)
{
    return window.findChild<QLineEdit *>(QStringLiteral("edit"));
}

QString statusOf(const SearchWindow &window)
{
    return window.findChild<QLabel *>(QStringLiteral("status"))->text();
}

int linesOf(const SearchWindow &window)
{
    return window.findChild<QListWidget *>(QStringLiteral("lines"))->count();
}

bool ends(const SearchWindow &window)
{
    return QTest::qWaitFor([&] { return !window.isSearching(); }, patience);
}

} // namespace

class TestSearchWindow : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        for (int i = 0; i < files; ++i) {
            QFile file(m_folder.filePath(QStringLiteral("file%1.txt").arg(i)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("nothing here\nthe Needle\nneedle again\n");
            file.write(i % 2 == 0 ? "even\n" : "odd\n");
        }
    }

    void linesAreFound()
    {
        SearchWindow window(m_folder.path());
        editOf(window)->setText(QStringLiteral("needle"));
        QVERIFY(ends(window));
        QCOMPARE(linesOf(window), 2 * files);
        QCOMPARE(statusOf(window), QStringLiteral("80 lines in 40 files"));
        QCOMPARE(window.findChild<QProgressBar *>()->value(), files);
    }

    void eachLetterEndsTheSearchBefore()
    {
        SearchWindow window(m_folder.path());
        QTest::keyClicks(editOf(window), QStringLiteral("even"));
        QVERIFY(ends(window));
        QCOMPARE(statusOf(window), QStringLiteral("20 lines in 40 files"));
        // Also one that is at work.
        editOf(window)->setText(QStringLiteral("needle"));
        QTRY_VERIFY_WITH_TIMEOUT(linesOf(window) != 20, patience);
        editOf(window)->setText(QStringLiteral("odd"));
        QVERIFY(ends(window));
        QCOMPARE(linesOf(window), 20);
        editOf(window)->clear();
        QVERIFY(ends(window));
        QCOMPARE(linesOf(window), 0);
    }

    void fileThatCannotBeReadJustNowIsTriedAgain()
    {
        QMutex mutex;
        QMap<QString, int> attempts;
        SearchWindow window(m_folder.path(), 1h, [&](const QString &path) -> std::optional<QString> {
            const QMutexLocker lock(&mutex);
            if (path.endsWith(QStringLiteral("file1.txt")) || ++attempts[path] < 3)
                return std::nullopt;
            return readFile(path);
        });
        editOf(window)->setText(QStringLiteral("needle"));
        QVERIFY(ends(window));
        QCOMPARE(statusOf(window), QStringLiteral("78 lines in 40 files, 1 could not be read"));
    }

    void searchStopsWhenItsTimeIsOver()
    {
        SearchWindow window(m_folder.path(), 20ms,
                            [](const QString &) { return std::nullopt; }); // tries again for at least 1.5 s
        editOf(window)->setText(QStringLiteral("needle"));
        QVERIFY(ends(window));
        QVERIFY2(statusOf(window).endsWith(QStringLiteral("stopped, as the time was over")),
                 qPrintable(statusOf(window)));
        QVERIFY(window.findChild<QProgressBar *>()->value() < files);
    }

    void windowClosesAtAnyMoment()
    {
        for (int time = 0; time < 60; ++time) {
            const auto reads = std::make_shared<std::atomic<int>>(0);
            auto window = std::make_unique<SearchWindow>(m_folder.path(), 1h,
                                                         [reads](const QString &path) -> std::optional<QString> {
                                                             if (++*reads % 7 == 0)
                                                                 return std::nullopt;
                                                             return readFile(path);
                                                         });
            editOf(*window)->setText(QStringLiteral("needle"));
            // It waits for the rest of the typing for 200 ms; the rest is over soon.
            QTest::qWait(time < 10 ? 20 * time : 170 + time);
            window.reset();
            const int before = reads->load();
            QTest::qWait(1);
            QCOMPARE(reads->load(), before); // nothing goes on
        }
    }
};

QTEST_MAIN(TestSearchWindow)
#include "tst_searchwindow.moc"
