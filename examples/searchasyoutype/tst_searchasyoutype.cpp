// SPDX-License-Identifier: MIT
#include "library.h"
#include "search.h"
#include "searchwindow.h"

#include <QtCore/qprocess.h>
#include <QtCore/qregularexpression.h>
#include <QtCore/qtemporarydir.h>
#include <QtCore/qtimer.h>
#include <QtGui/qimage.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qabstractbutton.h>
#include <QtWidgets/qapplication.h>
#include <QtWidgets/qmessagebox.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace {

constexpr int patience = 30'000;

int countBooksWith(const Library &library, const QString &text)
{
    return int(std::count_if(library->begin(), library->end(), [&](const Book &book) { return book.text.contains(text, Qt::CaseInsensitive); }));
}

} // namespace

class SearchAsYouTypeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outsideOfAHandlerTheSearchEnds()
    {
        const Library library = makeLibrary(50);
        int books = 0;
        int ends = 0;
        search({1, QStringLiteral("lantern harbour"), library}, [&](Found &&found) {
            books += found.kind == Found::Kind::Book;
            ends += found.kind == Found::Kind::End;
        });
        QCOMPARE(books, countBooksWith(library, QStringLiteral("lantern harbour")));
        QVERIFY(books > 0 && books < 50);
        QCOMPARE(ends, 1);
    }

    void searchGivesUpAtTheNextBookWhenANewerQueryWaits()
    {
        const Library library = makeLibrary(20); // all of which have an "a"
        QThreadPool pool;
        SignalBox::AsyncRegistry<Query> queries;
        std::vector<Found> seen; // by the pool, one search at a time
        std::atomic<bool> isOver = false;
        queries.registerHandler(SignalBox::inPool(&pool), [&](const Query &query) {
            search(query, [&](Found &&found) {
                if (found.query == 1)
                    queries.post({2, QStringLiteral("a"), library}); // the user types on
                seen.push_back(std::move(found));
                isOver = seen.back().kind == Found::Kind::End;
            });
        }, {.backlog = SignalBox::Backlog::newest()});
        queries.post({1, QStringLiteral("a"), library});
        QTRY_VERIFY_WITH_TIMEOUT(isOver, patience);
        pool.waitForDone();
        QCOMPARE(seen.size(), std::size_t(23));
        QVERIFY(seen[0].kind == Found::Kind::Book);
        QVERIFY(seen[1].kind == Found::Kind::GivenUp);
        QVERIFY(std::all_of(seen.begin() + 2, seen.end(), [](const Found &found) { return found.query == 2; }));
    }

    void lastQueryIsAnswered()
    {
        SearchWindow window(makeLibrary(300));
        window.show();
        const QString typed = QStringLiteral("lantern harbour");
        for (int length = 1; length <= typed.size(); ++length) {
            window.type(typed.left(length));
            QCoreApplication::processEvents();
        }
        QTRY_VERIFY_WITH_TIMEOUT(window.isComplete(), patience);
        QCOMPARE(window.hits(), countBooksWith(window.library(), typed));
        QCOMPARE(window.begun(), int(typed.size()));
    }

    void oneDialogAtATimeAndTheSearchGoesOn()
    {
        SearchWindow window(makeLibrary(100));
        window.show();
        const Library before = window.library();
        std::thread([&] {
            for (std::size_t i = 0; i < 3; ++i)
                window.changeBook((*before)[i].title);
        }).join();
        const auto dialogs = [] {
            QList<QMessageBox *> open;
            for (QWidget *widget : QApplication::topLevelWidgets()) {
                if (auto *dialog = qobject_cast<QMessageBox *>(widget); dialog && dialog->isVisible())
                    open.append(dialog);
            }
            return open;
        };

        // From within the dialog's own event loop.
        int answered = 0;
        bool hasSearched = false;
        QStringList problems;
        QTimer user;
        connect(&user, &QTimer::timeout, [&] {
            const QList<QMessageBox *> open = dialogs();
            if (open.isEmpty())
                return;
            if (open.size() > 1)
                problems.append(QStringLiteral("%1 dialogs").arg(open.size()));
            if (!hasSearched) {
                hasSearched = true;
                window.type(QStringLiteral("lantern"));
            }
            if (!window.isComplete())
                return;
            if (window.hits() == 0)
                problems.append(QStringLiteral("no hits meanwhile"));
            if (!open.front()->text().contains((*before)[std::size_t(answered)].title))
                problems.append(QStringLiteral("not in order: ") + open.front()->text());
            ++answered;
            open.front()->button(answered == 2 ? QMessageBox::No : QMessageBox::Yes)->click();
        });
        user.start(1);
        QTRY_COMPARE_WITH_TIMEOUT(answered, 3, patience);
        QTRY_VERIFY_WITH_TIMEOUT(dialogs().isEmpty() && window.isComplete(), patience);
        QCOMPARE(problems, QStringList());
        const Library &after = window.library();
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE((*after)[i].text.startsWith(QStringLiteral("A new beginning")), i != 1);
    }

    void pictureIsSaved()
    {
        QTemporaryDir folder;
        QProcess process;
        process.setWorkingDirectory(folder.path());
        process.start(QStringLiteral(SEARCH_PROGRAM), {QStringLiteral("--seconds"), QStringLiteral("1")});
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 0);
        const QString output = QString::fromUtf8(process.readAll());
        QVERIFY2(QRegularExpression(QStringLiteral("^saved searchasyoutype.png\n\\d+ of [1-9]\\d* searches gave up, \\d+ books\n$")).match(output).hasMatch(),
                 qPrintable(output));
        QCOMPARE(QImage(folder.filePath(QStringLiteral("searchasyoutype.png"))).size(), QSize(640, 420));
    }
};

QTEST_MAIN(SearchAsYouTypeTest)
#include "tst_searchasyoutype.moc"
