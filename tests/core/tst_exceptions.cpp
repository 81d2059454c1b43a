// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/ExceptionInfo>
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

using SignalBox::DispatchReport;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerId;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(noexcept(std::declval<Registry &>().clearExceptionCallback()));
static_assert(std::is_same_v<std::remove_cvref_t<decltype(std::declval<ExceptionInfo>().exception())>, std::exception_ptr>);

namespace {

template <class Thrown>
std::string messageOf(Thrown thrown)
{
    Registry registry;
    std::string message = "not called";
    registry.onException([&](const ExceptionInfo &info) { message = info.message(); });
    registry.registerHandler([thrown](const int &) { throw thrown; });
    registry.notify(0);
    return message;
}

} // namespace

class Exceptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void throwingHandlerStopsNobody_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("thrower");
        for (const int count : {3, 64, 65, 200}) {
            for (const int thrower : {0, count / 2, count - 1})
                QTest::addRow("number %d of %d", thrower, count) << count << thrower;
        }
    }

    void throwingHandlerStopsNobody()
    {
        QFETCH(int, count);
        QFETCH(int, thrower);
        Registry registry;
        std::vector<int> calls;
        std::vector<int> expected;
        for (int i = 0; i < count; ++i) {
            expected.push_back(i);
            registry.registerHandler([&calls, i, thrower](const int &) {
                calls.push_back(i);
                if (i == thrower)
                    throw std::runtime_error("one of them");
            });
        }
        const DispatchReport report = registry.notify(0);
        QCOMPARE(calls, expected);
        QCOMPARE(report, (DispatchReport{.called = static_cast<std::uint32_t>(count), .failed = 1}));
    }

    void callbackLearnsWhoThrewAndWhat()
    {
        Registry registry;
        std::vector<std::string> reports;
        std::exception_ptr kept;
        registry.onException([&](const ExceptionInfo &info) {
            reports.push_back(info.handlerId().toString() + ' ' + std::string(info.handlerName()) + ' ' + info.message());
            kept = info.exception();
        });
        const HandlerId named = registry.registerHandler([](const int &) { throw std::out_of_range("too far"); },
                                                         {.priority = 1, .name = "surveyor"});
        const HandlerId nameless = registry.registerHandler([](const int &) { throw std::logic_error("why"); });
        registry.notify(0);
        QCOMPARE(reports, (std::vector<std::string>{named.toString() + " surveyor too far",
                                                    nameless.toString() + "  why"}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, std::rethrow_exception(kept));
    }

    void messageIsTheTextThatWasThrown()
    {
        QCOMPARE(messageOf(std::runtime_error("what it says")), std::string("what it says"));
        QCOMPARE(messageOf(std::string("a string")), std::string("a string"));
        QCOMPARE(messageOf("characters"), std::string("characters"));
        QCOMPARE(messageOf(static_cast<const char *>(nullptr)), std::string());
        QCOMPARE(messageOf(42), std::string());
        QCOMPARE(messageOf(std::bad_alloc()), std::string(std::bad_alloc().what()));
    }

    void messageOfNoExceptionIsEmpty()
    {
        const ExceptionInfo info({}, "name", nullptr);
        QVERIFY(info.message().empty());
        QVERIFY(!info.exception());
        QVERIFY(!info.handlerId().isValid());
    }

    void exceptionIsCountedWithoutACallback()
    {
        Registry registry;
        registry.registerHandler([](const int &) { throw 1; });
        QCOMPARE(registry.notify(0).failed, 1U);
        registry.onException([](const ExceptionInfo &) {});
        registry.clearExceptionCallback();
        QCOMPARE(registry.notify(0).failed, 1U);
    }

    void clearedCallbackIsNotCalled()
    {
        Registry registry;
        int reports = 0;
        registry.clearExceptionCallback();
        registry.onException([&](const ExceptionInfo &) { ++reports; });
        registry.registerHandler([](const int &) { throw 1; });
        registry.notify(0);
        registry.clearExceptionCallback();
        registry.clearExceptionCallback();
        registry.notify(0);
        QCOMPARE(reports, 1);
        registry.onException([&](const ExceptionInfo &) { reports += 10; });
        registry.notify(0);
        QCOMPARE(reports, 11);
    }

    void newCallbackReplacesTheOldOne()
    {
        Registry registry;
        CaptureCounter old;
        int reports = 0;
        registry.onException([&, capture = old.capture()](const ExceptionInfo &) { reports += 100; });
        registry.onException([&](const ExceptionInfo &) { ++reports; });
        QCOMPARE(old.alive(), 0);
        registry.registerHandler([](const int &) { throw 1; });
        registry.notify(0);
        QCOMPARE(reports, 1);
    }

    void exceptionOfTheCallbackItselfIsSwallowed()
    {
        Registry registry;
        int others = 0;
        registry.onException([](const ExceptionInfo &) { throw std::runtime_error("me too"); });
        registry.registerHandler([](const int &) { throw 1; }, {.priority = 1});
        registry.registerHandler([&](const int &) { ++others; });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .failed = 1}));
        QCOMPARE(others, 1);
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .failed = 1}));
    }

    void callbackMayReplaceItself()
    {
        Registry registry;
        CaptureCounter first;
        std::vector<int> reports;
        int aliveInside = 0;
        registry.onException([&, capture = first.capture()](const ExceptionInfo &) {
            reports.push_back(1);
            registry.onException([&](const ExceptionInfo &) { reports.push_back(2); });
            aliveInside = first.alive();
        });
        registry.registerHandler([](const int &) { throw 1; });
        registry.registerHandler([](const int &) { throw 2; });
        registry.notify(0);
        QCOMPARE(reports, (std::vector<int>{1, 2}));
        QCOMPARE(aliveInside, 1);
        QCOMPARE(first.alive(), 0);
    }

    void callbackMayClearItself()
    {
        Registry registry;
        CaptureCounter captures;
        int reports = 0;
        registry.onException([&, capture = captures.capture()](const ExceptionInfo &) {
            ++reports;
            registry.clearExceptionCallback();
        });
        registry.registerHandler([](const int &) { throw 1; });
        registry.registerHandler([](const int &) { throw 2; });
        QCOMPARE(registry.notify(0).failed, 2U);
        QCOMPARE(reports, 1);
        QCOMPARE(captures.alive(), 0);
    }

    void handlerMayReplaceTheCallbackAndThenThrow()
    {
        Registry registry;
        std::vector<int> reports;
        registry.onException([&](const ExceptionInfo &) { reports.push_back(1); });
        registry.registerHandler([&](const int &) {
            registry.onException([&](const ExceptionInfo &) { reports.push_back(2); });
            throw 1;
        });
        registry.notify(0);
        QCOMPARE(reports, std::vector<int>{2});
    }

    void callbackMayUnregisterTheHandlerThatThrew()
    {
        Registry registry;
        CaptureCounter captures;
        std::string name;
        registry.onException([&](const ExceptionInfo &info) {
            registry.unregister(info.handlerId());
            name = info.handlerName();
        });
        registry.registerHandler([capture = captures.capture()](const int &) { throw 1; },
                                 {.name = "a name that is too long for the string itself to hold"});
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .failed = 1}));
        QCOMPARE(name, std::string("a name that is too long for the string itself to hold"));
        QCOMPARE(captures.alive(), 0);
        QCOMPARE(registry.notify(0), DispatchReport());
    }

    void callbackMayNotifyTheSameRegistry()
    {
        Registry registry;
        std::vector<int> events;
        registry.onException([&](const ExceptionInfo &) { registry.notify(1); });
        registry.registerHandler([&](const int &event) {
            events.push_back(event);
            if (event == 0)
                throw event;
        });
        registry.registerHandler([&](const int &event) { events.push_back(10 + event); });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 2, .failed = 1}));
        QCOMPARE(events, (std::vector<int>{0, 1, 11, 10}));
    }

    void callbackMayDestroyTheRegistry()
    {
        auto registry = std::make_unique<Registry>();
        CaptureCounter captures;
        int others = 0;
        registry->onException([&, capture = captures.capture()](const ExceptionInfo &) { registry.reset(); });
        registry->registerHandler([capture = captures.capture()](const int &) { throw 1; }, {.priority = 1});
        registry->registerHandler([&](const int &) { ++others; });
        QCOMPARE(registry->notify(0), (DispatchReport{.called = 1, .failed = 1}));
        QCOMPARE(others, 0);
        QCOMPARE(captures.alive(), 0);
    }

    void handlerThatDestroysTheRegistryAndThrowsIsCounted()
    {
        auto registry = std::make_unique<Registry>();
        registry->onException([](const ExceptionInfo &) {});
        registry->registerHandler([&](const int &) {
            registry.reset();
            throw 1;
        });
        QCOMPARE(registry->notify(0), (DispatchReport{.called = 1, .failed = 1}));
    }

    void exceptionOfANestedNotifyStaysThere()
    {
        Registry registry;
        std::vector<int> reports;
        registry.onException([&](const ExceptionInfo &info) {
            try {
                std::rethrow_exception(info.exception());
            } catch (int value) {
                reports.push_back(value);
            }
        });
        registry.registerHandler([&](const int &event) {
            if (event < 5)
                registry.notify(event + 1);
            throw event;
        });
        QCOMPARE(registry.notify(0), (DispatchReport{.called = 1, .failed = 1}));
        QCOMPARE(reports, (std::vector<int>{5, 4, 3, 2, 1, 0}));
    }

    void exceptionHasEndedBeforeTheNextHandlerRuns()
    {
        Registry registry;
        CaptureCounter thrown;
        int aliveAfterwards = -1;
        bool isUnwinding = true;
        registry.registerHandler([&](const int &) { throw thrown.capture(); }, {.priority = 1});
        registry.registerHandler([&](const int &) {
            aliveAfterwards = thrown.alive();
            isUnwinding = std::current_exception() != nullptr;
        });
        registry.notify(0);
        QCOMPARE(aliveAfterwards, 0);
        QVERIFY(!isUnwinding);
    }

    void notifyWorksWhileAnExceptionIsHandled()
    {
        Registry registry;
        int calls = 0;
        registry.registerHandler([&](const int &) {
            ++calls;
            throw std::runtime_error("inner");
        });
        try {
            throw std::runtime_error("outer");
        } catch (const std::exception &exception) {
            QCOMPARE(registry.notify(0).failed, 1U);
            QCOMPARE(std::string(exception.what()), std::string("outer"));
        }
        QCOMPARE(calls, 1);
    }
};

QTEST_APPLESS_MAIN(Exceptions)
#include "tst_exceptions.moc"
