// SPDX-License-Identifier: MIT
//
// The examples in the comments of the headers about coroutines.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverAll>
#include <SignalBox/EventStream>
#include <SignalBox/NextEvent>
#include <SignalBox/RunOn>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/TaskScope>
#include <SignalBox/WhenAll>
#include <SignalBox/WhenAny>

#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

using namespace std::chrono_literals;

namespace {

class Window : public QObject
{
public:
    SignalBox::Task<QString> load(QString path);
    SignalBox::Task<> show(QString path);
    SignalBox::Task<> search(QString text)
    {
        co_await SignalBox::sleepFor(1h);
        m_text = text;
    }
    QString text() const { return m_text; }
    void setText(const QString &text) { m_text = text; }

private:
    bool isReady(const QString &) { return ++m_looks > 2; }
    static QString contents(const QString &path) { return QStringLiteral("contents of ") + path; }

    QString m_text;
    int m_looks = 0;
};

SignalBox::Task<QString> Window::load(QString path)
{
    while (!isReady(path))
        co_await SignalBox::sleepFor(5ms);
    co_return contents(path);
}

SignalBox::Task<> Window::show(QString path)
{
    m_text = co_await load(path); // this window is still there
}

SignalBox::Task<> fill(std::vector<QString> &lines)
{
    lines.push_back(QStringLiteral("first"));
    co_await SignalBox::sleepFor(1h);
    lines.push_back(QStringLiteral("never"));
}

class Page : public QObject
{
public:
    void begin()
    {
        m_tasks.spawn([this]() -> SignalBox::Task<> { co_await fill(m_lines); });
    }

private:
    std::vector<QString> m_lines;
    SignalBox::TaskScope m_tasks{this};
};

struct Saved
{
    QString path;
};

struct Document
{
    SignalBox::AsyncRegistry<Saved> saved;
};

SignalBox::Task<std::uint32_t> save(Document *document, QString path)
{
    const Saved saved{path};
    const SignalBox::DispatchReport report = co_await document->saved.deliverAll(saved);
    co_return report.called;
}

SignalBox::Task<> follow(Document *document, QStringList *shown)
{
    const auto show = [shown](const Saved &saved) { shown->append(saved.path); };
    while (const auto saved = co_await document->saved.next())
        show(*saved);
}

SignalBox::Task<qsizetype> countWords(QString text)
{
    QThreadPool pool;
    const auto words = co_await SignalBox::runOn(SignalBox::inPool(&pool), [&text] { return text.count(u' ') + 1; });
    co_return words.value_or(0);
}

SignalBox::Task<> ask(SignalBox::EventStream<int> replies, bool *isLate)
{
    const auto showTimeout = [isLate] { *isLate = true; };
    const auto first = co_await SignalBox::whenAny(replies, SignalBox::sleepFor(5ms));
    if (first.index() == 1)
        co_return showTimeout();
}

SignalBox::Task<QString> loadText(QString path)
{
    co_await SignalBox::sleepFor(2ms);
    co_return QStringLiteral("text of ") + path;
}

SignalBox::Task<int> loadImage(QString path)
{
    co_await SignalBox::sleepFor(1ms);
    co_return static_cast<int>(path.size());
}

SignalBox::Task<QString> loadBoth(QString path)
{
    const auto [text, image] = co_await SignalBox::whenAll(loadText(path), loadImage(path));
    co_return text + QString::number(image);
}

SignalBox::Task<QString> loadInTime(QString path)
{
    const auto first = co_await SignalBox::whenAny(SignalBox::whenAll(loadText(path)), SignalBox::sleepFor(1h));
    co_return first.index() == 0 ? std::get<0>(std::get<0>(first)) : QStringLiteral("late");
}

} // namespace

class TestTaskReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void windowShowsWhatItHasLoaded()
    {
        Window shown;
        Window *const window = &shown;
        const auto handle = SignalBox::spawn(window, &Window::show, QStringLiteral("a.txt"));
        QTRY_VERIFY_WITH_TIMEOUT(handle.isFinished(), 30000);
        QCOMPARE(shown.text(), QStringLiteral("contents of a.txt"));
        SignalBox::spawn(window, [window] { return window->show(QStringLiteral("b.txt")); }, {.name = QStringLiteral("load")});
        QTRY_COMPARE_WITH_TIMEOUT(shown.text(), QStringLiteral("contents of b.txt"), 30000);
    }

    void searchIsCancelled()
    {
        Window shown;
        Window *const window = &shown;
        const QString text = QStringLiteral("needle");
        const auto search = SignalBox::spawn(window, &Window::search, text);
        search.cancel(); // the next letter has been typed
        QVERIFY(search.isFinished());
        QVERIFY(shown.text().isEmpty());
    }

    void pageEndsItsTasks()
    {
        auto page = std::make_unique<Page>();
        page->begin();
        page.reset();
    }

    void documentIsSavedAndFollowed()
    {
        QObject context;
        Document document;
        QStringList shown;
        SignalBox::spawn(&context, follow, &document, &shown);
        QCOMPARE(SignalBox::spawn(&context, save, &document, QStringLiteral("a.txt")).future().result(), 1U);
        QCOMPARE(shown, QStringList{QStringLiteral("a.txt")});
    }

    void handlerWaitsInItsMiddle()
    {
        Window shown;
        Window *const window = &shown;
        Document opened;
        Document *const document = &opened;
        document->saved.registerHandler(window, [window](const Saved &file) -> SignalBox::Task<> {
            co_await SignalBox::sleepFor(5ms);
            window->setText(file.path); // the event and the captures are still there
        });
        document->saved.post({QStringLiteral("a.txt")});
        QTRY_COMPARE_WITH_TIMEOUT(shown.text(), QStringLiteral("a.txt"), 30000);
    }

    void wordsAreCountedInAPool()
    {
        QObject context;
        const auto count = SignalBox::spawn(&context, countWords, QStringLiteral("three short words")).future();
        QTRY_VERIFY_WITH_TIMEOUT(count.isFinished(), 30000);
        QCOMPARE(count.result(), qsizetype(3));
    }

    void textAndImageAreLoadedSideBySide()
    {
        QObject context;
        const auto both = SignalBox::spawn(&context, loadBoth, QStringLiteral("a")).future();
        const auto inTime = SignalBox::spawn(&context, loadInTime, QStringLiteral("b")).future();
        QTRY_VERIFY_WITH_TIMEOUT(both.isFinished() && inTime.isFinished(), 30000);
        QCOMPARE(both.result(), QStringLiteral("text of a1"));
        QCOMPARE(inTime.result(), QStringLiteral("text of b"));
    }

    void missingReplyIsATimeout()
    {
        QObject context;
        SignalBox::AsyncRegistry<int> replies;
        bool isLate = false;
        SignalBox::spawn(&context, ask, replies.stream(&context), &isLate);
        QTRY_VERIFY_WITH_TIMEOUT(isLate, 30000);
    }
};

QTEST_GUILESS_MAIN(TestTaskReference)
#include "tst_taskreference.moc"
