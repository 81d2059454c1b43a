// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qregularexpression.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <string>

using SignalBox::AsyncOptions;
using SignalBox::AsyncRegistry;
using SignalBox::Backlog;

// What makes no sense is refused, with a warning that names the call and the problem.
class BadOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void senselessBacklogsAreRefused_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<QString>("problem");
        const auto capacity = QStringLiteral("expected a positive number of events");
        const auto interval = QStringLiteral("expected a time that is not negative");
        QTest::newRow("capacity of 0") << Backlog::newest(0) << capacity;
        QTest::newRow("negative capacity") << Backlog::oldest(-3) << capacity;
        QTest::newRow("smallest capacity") << Backlog::newest(std::numeric_limits<int>::min()) << capacity;
        QTest::newRow("negative throttle") << Backlog::throttled(-1) << interval;
        QTest::newRow("negative debounce") << Backlog::debounced(-1) << interval;
        QTest::newRow("negative batches") << Backlog::all().every(-1) << interval;
        QTest::newRow("batches of 0") << Backlog::newest(0).every(5) << capacity;
        QTest::newRow("batches of less") << Backlog::oldest(-1).every(5) << capacity;
        const auto when = QStringLiteral("expected one of every\\(\\), quietFor\\(\\) and onDemand\\(\\)");
        QTest::newRow("two times") << Backlog::all().every(5).quietFor(5) << when;
        QTest::newRow("a time, and on demand") << Backlog::newest().onDemand().every(0) << when;
    }
    void senselessBacklogsAreRefused()
    {
        QFETCH(Backlog, backlog);
        QFETCH(QString, problem);
        AsyncRegistry<int> registry;
        QThread thread;
        QThreadPool pool;
        const AsyncOptions options{.backlog = backlog};
        const auto expect = [&](const char *caller, const QString &what) {
            QTest::ignoreMessage(QtWarningMsg,
                                 QRegularExpression(QStringLiteral("^SignalBox::AsyncRegistry::%1\\(\\): .*%2.*; nothing was registered$")
                                                        .arg(QLatin1String(caller), what)));
        };
        expect("registerHandler", problem);
        QVERIFY(!registry.registerHandler(this, [](const int &) {}, options).isValid());
        expect("registerGuard", problem);
        QVERIFY(!registry.registerGuard(SignalBox::onThread(&thread), [](const int &) {}, options).isActive());
        expect("registerHandler", !backlog.isImmediate() ? QStringLiteral("pool") : problem);
        QVERIFY(!registry.registerHandler(SignalBox::inPool(&pool), [](const int &) {}, options).isValid());
        expect("registerHandler", QStringLiteral("inline handler has no backlog"));
        QVERIFY(!registry.registerHandler([](const int &) {}, options).isValid());
        QVERIFY(registry.isEmpty());
        registry.post(1);
    }

    void timedBacklogsOfPoolHandlersAreRefused()
    {
        AsyncRegistry<int> registry;
        QThreadPool pool;
        for (const Backlog &backlog : {Backlog::throttled(5), Backlog::debounced(5), Backlog::all().every(5), Backlog::oldest(5).onDemand()}) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("pool handler is called as soon as a thread is free")));
            QVERIFY(!registry.registerHandler(SignalBox::inPool(&pool), [](const int &) {}, {.backlog = backlog}).isValid());
        }
    }

    void backlogsOfInlineHandlersAreRefused()
    {
        AsyncRegistry<int> registry;
        for (const Backlog &backlog : {Backlog::newest(), Backlog::newest(5), Backlog::throttled(5), Backlog::debounced(5)}) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("inline handler has no backlog")));
            QVERIFY(!registry.registerHandler([](const int &) {}, {.backlog = backlog}).isValid());
        }
    }

    void emptyExceptionCallbackIsRefusedAndTheOneBeforeStays()
    {
        using Callback = std::function<void(const SignalBox::ExceptionInfo &)>;
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) { throw 1; });
        int calls = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &) { ++calls; });
        const auto expectWarning = [] {
            QTest::ignoreMessage(QtWarningMsg,
                                 "SignalBox::AsyncRegistry::onException(): the callback is empty; nothing was changed");
        };
        expectWarning();
        registry.onException(Callback());
        expectWarning();
        registry.onException(static_cast<void (*)(const SignalBox::ExceptionInfo &)>(nullptr));
        registry.post(1);
        QCOMPARE(calls, 1);
    }

    void nullPoolIsRefused()
    {
        AsyncRegistry<int> registry;
        QTest::ignoreMessage(QtWarningMsg,
                             "SignalBox::AsyncRegistry::registerHandler(): the thread pool is null; nothing was registered");
        QVERIFY(!registry.registerHandler(SignalBox::inPool(static_cast<QThreadPool *>(nullptr)), [](const int &) {}).isValid());
    }

    // What was captured for a handler that is refused is destroyed.
    void refusedHandlerIsDestroyed()
    {
        AsyncRegistry<int> registry;
        const auto capture = std::make_shared<int>(0);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("positive number of events")));
        registry.registerHandler(this, [capture](const int &) {}, {.backlog = Backlog::newest(0)});
        QCOMPARE(capture.use_count(), 1L);
    }

    void contextWithoutThreadIsRefused()
    {
        AsyncRegistry<int> registry;
        QObject context;
        context.moveToThread(nullptr);
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("the context object has no thread")));
        QVERIFY(!registry.registerHandler(&context, [](const int &) {}).isValid());
    }

    void extremePrioritiesAndTextsAreFine()
    {
        AsyncRegistry<int> registry;
        std::string seen;
        registry.registerHandler([&](const int &) { seen += 'b'; }, {.priority = std::numeric_limits<int>::min()});
        registry.registerHandler([&](const int &) { seen += 'a'; },
                                 {.priority = std::numeric_limits<int>::max(), .name = QString(100000, QChar(0x00DF))});
        registry.post(1);
        QCOMPARE(seen, std::string("ab"));
        QCOMPARE(registry.handlers().front().name.size(), std::size_t(200000));
    }
};

QTEST_GUILESS_MAIN(BadOptions)
#include "tst_badoptions.moc"
