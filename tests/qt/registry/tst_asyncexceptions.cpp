// SPDX-License-Identifier: MIT
#include "looplessthread.h"
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/ExceptionInfo>

#include <QtCore/qregularexpression.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using SignalBox::AsyncRegistry;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerFailure;
using SignalBox::HandlerId;

// Counts the messages that contain a text, and keeps all from being printed, while it lives. One at a time.
class MessageCount
{
public:
    explicit MessageCount(const char *text)
    {
        s_count = 0;
        s_text = QString::fromUtf8(text);
        m_before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &message) {
            if (message.contains(s_text))
                ++s_count;
        });
    }
    ~MessageCount() { qInstallMessageHandler(m_before); }
    Q_DISABLE_COPY_MOVE(MessageCount)

    int count() const { return s_count; }

private:
    static inline std::atomic<int> s_count = 0;
    static inline QString s_text;
    QtMessageHandler m_before;
};

class Exceptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void exceptionDoesNotCrossTheEventLoop()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        int others = 0;
        const HandlerId id = registry.registerHandler(
            worker.context(), [](const int &) { throw std::runtime_error("no paper"); }, {.name = QStringLiteral("printer")});
        registry.registerHandler(worker.context(), [&](const int &) { ++others; });
        registry.post(1);
        worker.drain(); // the thread is alive: an exception out of its loop would have ended the process
        QCOMPARE(others, 1);
        COMPARE_FINALLY(failures.count(), 1);
        const auto failure = failures.at(0).at(0).value<HandlerFailure>();
        QVERIFY(failure.handlerId() == id);
        QCOMPARE(failure.handlerName(), QStringLiteral("printer"));
        QCOMPARE(failure.message(), QStringLiteral("no paper"));
        QCOMPARE(failure.lineNumber(), 0);
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, std::rethrow_exception(failure.exception()));
    }

    void handlerFailedIsEmittedOnTheThreadOfTheRegistry()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        connect(&registry, &AsyncRegistry<int>::handlerFailed, &registry,
                [&] { seen = QThread::currentThread(); }, Qt::DirectConnection);
        registry.registerHandler(worker.context(), [](const int &) { throw 1; });
        registry.post(1);
        worker.drain();
        QVERIFY(!seen);
        QTRY_COMPARE(seen, QThread::currentThread());
    }

    void onExceptionRunsOnTheThreadOfTheHandler()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        QThread *seen = nullptr;
        std::string message;
        registry.onException([&](const ExceptionInfo &info) {
            seen = QThread::currentThread();
            message = info.message();
        });
        registry.registerHandler(worker.context(), [](const int &) { throw std::string("plain text"); });
        registry.post(1);
        worker.drain();
        QCOMPARE(seen, worker.thread());
        QCOMPARE(message, std::string("plain text"));
    }

    void exceptionOfTheExceptionCallbackIsSwallowed()
    {
        AsyncRegistry<int> registry;
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        registry.onException([](const ExceptionInfo &) { throw 2; });
        registry.registerHandler([](const int &) { throw 1; });
        registry.post(1);
        QCOMPARE(failures.count(), 1);
    }

    void failureIsLoggedWhenNobodyListens()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        registry.registerHandler([](const int &) { throw std::runtime_error("no paper"); },
                                 {.name = QStringLiteral("printer")});
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral(
                                 "^Registry \"jobs\": handler \"printer\" \\(HandlerId\\(\\d+\\)\\) threw: no paper$")));
        registry.post(1);
    }

    void handlerWithoutANameIsLoggedByItsPlace()
    {
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        QSignalSpy failures(&registry, &AsyncRegistry<int>::handlerFailed);
        registry.registerHandler([](const int &) { throw std::runtime_error("no paper"); });
        const QString place = QStringLiteral("tst_asyncexceptions.cpp:%1").arg(__LINE__ - 1);
        registry.post(1);
        const auto failure = failures.front().front().value<SignalBox::HandlerFailure>();
        QCOMPARE(failure.handlerName(), QString());
        QCOMPARE(failure.handlerPlace(), place);

        AsyncRegistry<int> unheard;
        unheard.setName(QStringLiteral("jobs"));
        unheard.registerHandler([](const int &) { throw std::runtime_error("no paper"); });
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral(
                                 "^Registry \"jobs\": handler \"tst_asyncexceptions.cpp:%1\" \\(HandlerId\\(\\d+\\)\\) threw: no paper$").arg(__LINE__ - 3)));
        unheard.post(1);
    }

    void failureIsNotLoggedWhenSomebodyListens()
    {
        static int messages = 0;
        const QtMessageHandler before =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) { ++messages; });
        AsyncRegistry<int> registry;
        registry.registerHandler([](const int &) { throw 1; });
        registry.post(1);
        const int unheard = messages;
        registry.onException([](const ExceptionInfo &) {});
        registry.post(1);
        registry.clearExceptionCallback();
        connect(&registry, &AsyncRegistry<int>::handlerFailed, &registry, [] {});
        registry.post(1);
        qInstallMessageHandler(before);
        QCOMPARE(unheard, 1);
        QCOMPARE(messages, 1);
    }

    void registryMayBeDestroyedInHandlerFailed()
    {
        auto *registry = new AsyncRegistry<int>;
        int later = 0;
        connect(registry, &AsyncRegistry<int>::handlerFailed, this, [&] {
            delete registry;
            registry = nullptr;
        });
        registry->registerHandler([](const int &) { throw 1; });
        registry->registerHandler([&](const int &) { ++later; });
        registry->post(1);
        QVERIFY(!registry);
        QCOMPARE(later, 0);
    }

    void failureThatWaitsIsLoggedWhenTheRegistryGoes()
    {
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->setName(QStringLiteral("jobs"));
        registry->registerHandler(worker.context(), [](const int &) { throw std::runtime_error("no paper"); });
        registry->post(1);
        worker.drain();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("^Registry \"jobs\": .* threw: no paper$")));
        registry.reset();
    }

    void failureThatWaitsIsLoggedWhenTheThreadOfTheRegistryEnds()
    {
        WorkerThread worker;
        LooplessThread home;
        AsyncRegistry<int> registry;
        registry.setName(QStringLiteral("jobs"));
        registry.moveToThread(home.thread());
        registry.registerHandler(worker.context(), [](const int &) { throw std::runtime_error("no paper"); });
        MessageCount messages("Registry \"jobs\": ");
        registry.post(1);
        worker.drain();
        QCOMPARE(messages.count(), 0);
        home.end();
        QCOMPARE(messages.count(), 1);
        registry.post(1); // and at once from here on
        worker.drain();
        QCOMPARE(messages.count(), 2);
    }

    void failuresThatNobodyTakesAreBoundedAndNoneVanishes()
    {
        constexpr int failures = 5000;
        constexpr int waiting = 1024;
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(worker.context(), [](const int &) { throw 1; });
        MessageCount messages("threw: ");
        for (int i = 0; i < failures; ++i)
            registry->post(i);
        worker.drain();
        QCOMPARE(messages.count(), failures - waiting);
        registry.reset();
        QCOMPARE(messages.count(), failures);
    }

    void failuresAreToldByTheSignalAsFarAsTheyWaitedAndTheRestWasLogged()
    {
        constexpr int failures = 3000;
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::vector<std::string> told;
        connect(&registry, &AsyncRegistry<int>::handlerFailed, this,
                [&](const HandlerFailure &failure) { told.push_back(failure.message().toStdString()); });
        registry.registerHandler(worker.context(), [](const int &event) { throw std::to_string(event); });
        MessageCount messages("threw: ");
        for (int i = 0; i < failures; ++i)
            registry.post(i);
        worker.drain();
        const int logged = messages.count();
        QVERIFY(waitFor([&] { return int(told.size()) + logged == failures; }));
        for (std::size_t i = 0; i < told.size(); ++i)
            QCOMPARE(told[i], std::to_string(i));
        registry.post(failures); // there is room again
        QVERIFY(waitFor([&] { return told.back() == std::to_string(failures); }));
        QCOMPARE(messages.count(), logged);
    }

    void failuresAreToldInOrderInTheLoopThatASlotOpens()
    {
        WorkerThread worker;
        AsyncRegistry<int> registry;
        std::vector<std::string> told;
        connect(&registry, &AsyncRegistry<int>::handlerFailed, this, [&](const HandlerFailure &failure) {
            told.push_back(failure.message().toStdString());
            if (told.size() == 1) {
                registry.post(4);
                worker.drain();
                QVERIFY(waitFor([&] { return told.size() == 4; }));
            }
        });
        registry.registerHandler(worker.context(), [](const int &event) { throw std::to_string(event); });
        for (int event = 1; event <= 3; ++event)
            registry.post(event);
        worker.drain();
        QVERIFY(waitFor([&] { return told.size() == 4; }));
        QCOMPARE(told, (std::vector<std::string>{"1", "2", "3", "4"}));
    }

    void failuresThatWaitAreLoggedWhenASlotDestroysTheRegistry()
    {
        WorkerThread worker;
        auto *registry = new AsyncRegistry<int>;
        connect(registry, &AsyncRegistry<int>::handlerFailed, this, [&] { delete std::exchange(registry, nullptr); });
        registry->registerHandler(worker.context(), [](const int &) { throw 1; });
        MessageCount messages("threw: ");
        for (int event = 0; event < 3; ++event)
            registry->post(event);
        worker.drain();
        QVERIFY(waitFor([&] { return !registry; }));
        QCOMPARE(messages.count(), 2);
    }

    void failureThatTheCallbackHasSeenIsNotLoggedWhenTheRegistryGoes()
    {
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->onException([](const ExceptionInfo &) {});
        registry->registerHandler(worker.context(), [](const int &) { throw 1; });
        MessageCount messages("threw: ");
        registry->post(1);
        worker.drain();
        registry.reset();
        QCOMPARE(messages.count(), 0);
    }

    void failureOnAnotherThreadAfterTheRegistryIsGoneIsHarmless()
    {
        std::promise<void> entered;
        std::promise<void> leave;
        WorkerThread worker;
        auto registry = std::make_unique<AsyncRegistry<int>>();
        registry->registerHandler(worker.context(), [&](const int &) {
            entered.set_value();
            leave.get_future().wait();
            throw std::runtime_error("too late");
        });
        registry->post(1);
        entered.get_future().wait();
        registry.reset();
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("threw: too late$")));
        leave.set_value();
        worker.drain();
    }
};

QTEST_GUILESS_MAIN(Exceptions)
#include "tst_asyncexceptions.moc"
