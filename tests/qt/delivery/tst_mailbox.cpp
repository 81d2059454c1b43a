// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/mailbox_p.h>

#include <QtCore/qthread.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <memory>

using SignalBox::detail::Mailbox;
using SignalBox::detail::Task;

namespace {

// What became of the tasks of a test.
struct Fate
{
    std::atomic<int> run = 0;
    std::atomic<int> destroyedThere = 0;
    std::atomic<int> destroyedElsewhere = 0;

    int destroyed() const { return destroyedThere + destroyedElsewhere; }
};

class CountingTask final : public Task
{
public:
    CountingTask(QThread *thread, Fate &fate) : m_thread(thread), m_fate(fate) {}
    ~CountingTask() override
    {
        ++(QThread::currentThread() == m_thread ? m_fate.destroyedThere : m_fate.destroyedElsewhere);
    }
    void run() noexcept override { ++m_fate.run; }

private:
    QThread *const m_thread;
    Fate &m_fate;
};

} // namespace

class MailboxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tasksDieOnTheThreadThatRunsThem()
    {
        constexpr int tasks = 20000;
        QThread thread;
        thread.start();
        Fate fate;
        const auto mailbox = Mailbox::of(&thread);
        for (int i = 0; i < tasks; ++i)
            QVERIFY(mailbox->post(std::make_unique<CountingTask>(&thread, fate)));
        QTRY_COMPARE_WITH_TIMEOUT(fate.destroyed(), tasks, 60000);
        QCOMPARE(fate.run.load(), tasks);
        QCOMPARE(fate.destroyedElsewhere.load(), 0);
        thread.quit();
        thread.wait();
    }

    void threadsHaveOneMailboxForTheirLife()
    {
        auto thread = std::make_unique<QThread>();
        QThread other;
        const auto mailbox = Mailbox::of(thread.get());
        QCOMPARE(Mailbox::of(thread.get()), mailbox);
        QVERIFY(Mailbox::of(&other) != mailbox);
        thread.reset();
        Fate fate;
        QVERIFY(!mailbox->post(std::make_unique<CountingTask>(nullptr, fate)));
        QCOMPARE(fate.destroyed(), 1);
    }

    void tasksThatWaitAreDestroyedWithAThreadThatNeverRan()
    {
        Fate fate;
        {
            QThread thread;
            QVERIFY(Mailbox::of(&thread)->post(std::make_unique<CountingTask>(&thread, fate)));
            QCOMPARE(fate.destroyed(), 0);
        }
        QCOMPARE(fate.destroyed(), 1);
        QCOMPARE(fate.run.load(), 0);
    }

    void mailboxKnowsItsThread()
    {
        QThread thread;
        QVERIFY(!Mailbox::of(&thread)->isCurrentThread());
        QVERIFY(Mailbox::of(QThread::currentThread())->isCurrentThread());
    }
};

QTEST_GUILESS_MAIN(MailboxTest)
#include "tst_mailbox.moc"
