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
using SignalBox::Overflow;

// What makes no sense is refused, with a warning that names the call and the problem.
class BadOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void senselessBacklogsAreRefused_data()
    {
        QTest::addColumn<Backlog>("backlog");
        QTest::addColumn<QString>("problem");
        const auto capacity = QStringLiteral("capacity of a bounded or batched backlog must be positive");
        const auto interval = QStringLiteral("interval of a throttled, debounced or batched backlog must not be negative");
        QTest::newRow("capacity of 0") << Backlog::bounded(0) << capacity;
        QTest::newRow("negative capacity") << Backlog::bounded(-3, Overflow::DropNewest) << capacity;
        QTest::newRow("smallest capacity") << Backlog::bounded(std::numeric_limits<int>::min()) << capacity;
        QTest::newRow("negative throttle") << Backlog::throttled(-1) << interval;
        QTest::newRow("negative debounce") << Backlog::debounced(-1) << interval;
        QTest::newRow("negative batches") << Backlog::batched(-1) << interval;
        QTest::newRow("batches of 0") << Backlog::batched(5, 0) << capacity;
        QTest::newRow("batches of less") << Backlog::batched(5, -1, Overflow::DropNewest) << capacity;
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
        expect("registerHandler", backlog.isTimed() ? QStringLiteral("pool") : problem);
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
        for (const Backlog &backlog : {Backlog::throttled(5), Backlog::debounced(5), Backlog::batched(5)}) {
            QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("pool handler has no throttled, debounced or batched")));
            QVERIFY(!registry.registerHandler(SignalBox::inPool(&pool), [](const int &) {}, {.backlog = backlog}).isValid());
        }
    }

    void backlogsOfInlineHandlersAreRefused()
    {
        AsyncRegistry<int> registry;
        for (const Backlog &backlog : {Backlog::latest(), Backlog::bounded(5), Backlog::throttled(5), Backlog::debounced(5)}) {
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
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("capacity")));
        registry.registerHandler(this, [capture](const int &) {}, {.backlog = Backlog::bounded(0)});
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
