// SPDX-License-Identifier: MIT
//
// The recipes of the manual that need widgets, each as it stands there.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>

#include <QtCore/qhash.h>
#include <QtCore/qmutex.h>
#include <QtCore/qtimer.h>
#include <QtGui/qstandarditemmodel.h>
#include <QtTest/qtest.h>
#include <QtWidgets/qlabel.h>
#include <QtWidgets/qplaintextedit.h>
#include <QtWidgets/qtableview.h>
#include <QtWidgets/qtreeview.h>

#include <thread>
#include <utility>
#include <vector>

namespace {

struct Hit
{
    QString file;
    int count = 1;
    qint64 bytes = 0;
};

struct Step
{
    QString path; // of the node: "build/lib"
    int percent = 0;
};

// What many programs write.
class BufferedLog : public QObject
{
public:
    explicit BufferedLog(QPlainTextEdit *view) : m_view(view)
    {
        connect(&m_timer, &QTimer::timeout, this, &BufferedLog::flush);
        m_timer.start(16); // also while nothing comes
    }

    // From any thread, as long as this lives.
    void add(const QString &line)
    {
        const QMutexLocker locker(&m_mutex);
        m_lines.push_back(line); // without a limit
    }

private:
    void flush()
    {
        std::vector<QString> lines;
        {
            const QMutexLocker locker(&m_mutex);
            lines.swap(m_lines);
        }
        for (const QString &line : lines)
            m_view->appendPlainText(line);
    }

    QPlainTextEdit *const m_view;
    QTimer m_timer;
    QMutex m_mutex;
    std::vector<QString> m_lines;
};

// The nodes of a tree by their paths.
class StepTree
{
public:
    // The item of a path, which is made with those above it.
    QStandardItem *item(const QString &path)
    {
        if (QStandardItem *const known = m_items.value(path))
            return known;
        const qsizetype slash = path.lastIndexOf(u'/');
        auto *const name = new QStandardItem(path.mid(slash + 1));
        QStandardItem *const parent = slash < 0 ? m_model.invisibleRootItem() : item(path.left(slash));
        parent->appendRow({name, new QStandardItem});
        m_items.insert(path, name);
        return name;
    }
    void show(const Step &step)
    {
        QStandardItem *const name = item(step.path);
        QStandardItem *const parent = name->parent() ? name->parent() : m_model.invisibleRootItem();
        parent->child(name->row(), 1)->setText(QStringLiteral("%1 %").arg(step.percent));
    }
    QStandardItemModel *model() { return &m_model; }

private:
    QStandardItemModel m_model{0, 2};
    QHash<QString, QStandardItem *> m_items;
};

} // namespace

class RecipesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesIntoATextEditBefore()
    {
        QPlainTextEdit view;
        BufferedLog log(&view);
        std::thread worker([&] {
            for (int i = 0; i < 1000; ++i)
                log.add(QStringLiteral("line %1").arg(i));
        });
        worker.join();
        QTRY_COMPARE(view.document()->blockCount(), 1000);
    }

    void linesIntoATextEdit()
    {
        QPlainTextEdit view;
        SignalBox::AsyncRegistry<QString> log;
        view.setReadOnly(true);
        view.setMaximumBlockCount(10'000); // the oldest lines go
        log.registerHandler(&view, [&view](const SignalBox::EventBatch<QString> &lines) {
            QStringList text;
            for (const QString &line : lines)
                text.append(line);
            view.appendPlainText(text.join(u'\n')); // lays the page out once
        }, {.backlog = SignalBox::Backlog::newest(10'000).every(16)}); // of more, nobody sees the rest

        std::thread worker([&] {
            for (int i = 0; i < 30'000; ++i)
                log.post(QStringLiteral("line %1").arg(i));
        });
        worker.join();
        QTRY_VERIFY(view.toPlainText().endsWith(QStringLiteral("line 29999")));
        QCOMPARE(view.document()->blockCount(), 10'000);
    }

    void countsAndRatesPerKey()
    {
        QLabel label;
        SignalBox::AsyncRegistry<Hit> hits;
        QHash<QString, int> rates;
        const auto show = [&](const Hit &hit) {
            rates[hit.file] += hit.count;
            label.setText(QStringLiteral("%1: %2/s").arg(hit.file).arg(hit.count));
        };
        hits.registerHandler(&label, [&](const SignalBox::EventBatch<Hit> &files) {
            for (const Hit &hit : files) // one for each file: how often it was hit in this second
                show(hit);
        }, {.backlog = SignalBox::Backlog::mergedBy(&Hit::file, [](Hit &kept, Hit &&newer) {
            kept.count += newer.count;
            kept.bytes += newer.bytes;
        }).every(1000)});

        QTableView table;
        SignalBox::EventModel totals;
        totals.addColumn<Hit>("file", &Hit::file);
        totals.addColumn<Hit>("count", &Hit::count);
        totals.addColumn<Hit>("bytes", &Hit::bytes);
        totals.setKey(QStringLiteral("file"));
        totals.setMerge<Hit>([](Hit &kept, Hit &&newer) {
            kept.count += newer.count;
            kept.bytes += newer.bytes;
        });
        totals.setRegistry(&hits);
        totals.sort(1, Qt::DescendingOrder); // most hits first
        table.setModel(&totals);

        std::thread worker([&] {
            for (int i = 0; i < 4000; ++i)
                hits.post({i % 4 ? QStringLiteral("a.txt") : QStringLiteral("b.txt"), 1, 10});
        });
        worker.join();
        QTRY_COMPARE(totals.index(0, 1).data().toInt(), 3000);
        QTRY_COMPARE(totals.index(1, 2).data().toLongLong(), 10'000);
        QTRY_COMPARE(rates.value(QStringLiteral("a.txt")) + rates.value(QStringLiteral("b.txt")), 4000);
        QVERIFY(!label.text().isEmpty());
    }

    void nodesOfATree()
    {
        QTreeView view;
        StepTree tree;
        SignalBox::AsyncRegistry<Step> steps;
        view.setModel(tree.model());
        steps.registerHandler(&view, [&](const SignalBox::EventBatch<Step> &newest) {
            for (const Step &step : newest) // one for each node that has changed
                tree.show(step);
        }, {.backlog = SignalBox::Backlog::newestBy(&Step::path).every(16)});

        std::thread worker([&] {
            for (int percent = 0; percent <= 100; ++percent) {
                steps.post({QStringLiteral("build/lib"), percent});
                steps.post({QStringLiteral("build/app"), percent / 2});
            }
        });
        worker.join();
        QTRY_COMPARE(tree.model()->rowCount(), 1);
        const QStandardItem *const build = tree.model()->item(0);
        QTRY_COMPARE(build->rowCount(), 2);
        QTRY_COMPARE(build->child(tree.item(QStringLiteral("build/lib"))->row(), 1)->text(), QStringLiteral("100 %"));
        QTRY_COMPARE(build->child(tree.item(QStringLiteral("build/app"))->row(), 1)->text(), QStringLiteral("50 %"));
    }
};

QTEST_MAIN(RecipesTest)
#include "tst_recipes.moc"
