// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

using SignalBox::ExceptionInfo;
using SignalBox::HandlerId;

namespace {

struct Event
{
    void visit() const {}
};

using Registry = SignalBox::SyncRegistry<Event>;

// What std::invalid_argument says that `call` throws; empty if it throws none.
template <class Call>
std::string refusalOf(Call call)
{
    try {
        call();
    } catch (const std::invalid_argument &error) {
        return error.what();
    }
    return {};
}

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

struct CopyFails
{
    CopyFails() = default;
    CopyFails(const CopyFails &) { throw std::runtime_error("copy"); }
    void operator()(const Event &) const {}
};

} // namespace

class BadInput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void emptyHandlerIsRefusedByTheNameOfTheCall()
    {
        Registry registry;
        using Function = std::function<void(const Event &)>;
        void (*const pointer)(const Event &) = nullptr;
        void (Event::*const member)() const = nullptr;
        const auto refuseAll = [&](const auto &handler) {
            return contains(refusalOf([&] { registry.registerHandler(handler); }), "SyncRegistry::registerHandler")
                && contains(refusalOf([&] { static_cast<void>(registry.registerGuard(handler)); }),
                            "SyncRegistry::registerGuard");
        };
        QVERIFY(refuseAll(Function()));
        QVERIFY(refuseAll(std::function<SignalBox::Propagation(const Event &)>()));
        QVERIFY(refuseAll(pointer));
        QVERIFY(refuseAll(member));
        QVERIFY(contains(refusalOf([&] { registry.registerHandler(Function()); }), "registerHandler"));
        Function lvalue;
        QVERIFY(contains(refusalOf([&] { registry.registerHandler(lvalue); }), "registerHandler"));
    }

    void emptyExceptionCallbackIsRefusedByTheNameOfTheCall()
    {
        Registry registry;
        void (*const pointer)(const ExceptionInfo &) = nullptr;
        QVERIFY(contains(refusalOf([&] { registry.onException(pointer); }), "SyncRegistry::onException"));
        QVERIFY(contains(refusalOf([&] { registry.onException(std::function<void(const ExceptionInfo &)>()); }),
                         "SyncRegistry::onException"));
    }

    void refusedHandlerLeavesTheRegistryAsItWas()
    {
        Registry registry;
        int calls = 0;
        const HandlerId id = registry.registerHandler([&](const Event &) { ++calls; });
        QVERIFY(!refusalOf([&] { registry.registerHandler(std::function<void(const Event &)>()); }).empty());
        QVERIFY(!refusalOf([&] { static_cast<void>(registry.registerGuard(std::function<void(const Event &)>())); }).empty());
        QCOMPARE(registry.handlerCount(), 1U);
        QCOMPARE(registry.handlers().size(), 1U);
        QCOMPARE(registry.handlers().front().id, id);
        QCOMPARE(registry.notify({}).called, 1U);
        QCOMPARE(calls, 1);
    }

    void refusedExceptionCallbackLeavesTheOldOne()
    {
        Registry registry;
        int reports = 0;
        registry.onException([&](const ExceptionInfo &) { ++reports; });
        QVERIFY(!refusalOf([&] { registry.onException(std::function<void(const ExceptionInfo &)>()); }).empty());
        registry.registerHandler([](const Event &) { throw 1; });
        registry.notify({});
        QCOMPARE(reports, 1);
    }

    void exceptionOfTheHandlersCopyLeavesTheRegistryAsItWas()
    {
        Registry registry;
        registry.registerHandler([](const Event &) {});
        const CopyFails handler;
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, registry.registerHandler(handler));
        QVERIFY_THROWS_EXCEPTION(std::runtime_error, static_cast<void>(registry.registerGuard(handler)));
        QCOMPARE(registry.handlerCount(), 1U);
        QCOMPARE(registry.notify({}).called, 1U);
    }

    void handlersThatAreNotEmptyAreAccepted()
    {
        Registry registry;
        int calls = 0;
        const std::function<void(const Event &)> function = [&](const Event &) { ++calls; };
        registry.registerHandler(function);
        registry.registerHandler(std::cref(function));
        registry.registerHandler(&Event::visit);
        QCOMPARE(registry.notify({}).called, 3U);
        QCOMPARE(calls, 2);
    }

    void functionThatTurnsOutEmptyInsideACallIsReported()
    {
        Registry registry;
        std::string message;
        registry.onException([&](const ExceptionInfo &info) { message = info.message(); });
        const std::function<void(const Event &)> empty;
        registry.registerHandler(std::cref(empty));
        QCOMPARE(registry.notify({}).failed, 1U);
        QCOMPARE(message, std::string(std::bad_function_call().what()));
    }

    void capacityBeyondTheLimitIsRefused()
    {
        QVERIFY_THROWS_EXCEPTION(std::length_error, Registry{std::size_t{1} << 20});
        QVERIFY_THROWS_EXCEPTION(std::length_error, Registry{std::numeric_limits<std::size_t>::max()});
        try {
            const Registry registry(2'000'000);
            QFAIL("not refused");
        } catch (const std::length_error &error) {
            QVERIFY(contains(error.what(), "SyncRegistry"));
        }
    }

    void everyCapacityWithinTheLimitWorks()
    {
        for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{33}, std::size_t{10000}}) {
            Registry registry(capacity);
            QVERIFY(registry.isEmpty());
            for (int i = 0; i < 100; ++i)
                registry.registerHandler([](const Event &) {});
            QCOMPARE(registry.notify({}).called, 100U);
        }
    }
};

QTEST_APPLESS_MAIN(BadInput)
#include "tst_badinput.moc"
