// SPDX-License-Identifier: MIT
#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <memory>
#include <stdexcept>
#include <string>

using SignalBox::DispatchReport;
using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using SignalBox::SyncRegistry;

namespace {

struct Saved
{
    std::string path;
};

class Log
{
public:
    virtual ~Log() = default;
    virtual void onSaved(const Saved &file) { text += file.path; }
    void onAnything() { text += '!'; }
    void byValue(Saved file) noexcept { text += file.path + '?'; }
    std::size_t size(const Saved &) const { return ++*sizes, text.size(); }
    bool isEmpty() const { return ++*sizes, text.empty(); }
    Propagation decide(const Saved &file) { return file.path.empty() ? Propagation::Stop : Propagation::Continue; }
    Propagation refuse() { return Propagation::Stop; }
    void fail(const Saved &) { throw std::runtime_error("disk full"); }

    std::string text;
    std::unique_ptr<int> sizes = std::make_unique<int>(0);
};

class LoudLog : public Log
{
public:
    void onSaved(const Saved &file) override { text += file.path + file.path; }
};

} // namespace

class MemberFunctions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void memberFunctionTakesTheEventOrNothing()
    {
        SyncRegistry<Saved> registry;
        Log log;
        registry.registerHandler(&log, &Log::onSaved);
        registry.registerHandler(&log, &Log::onAnything, {.priority = 1, .name = "any"});
        registry.registerHandler(&log, &Log::byValue, {.priority = -1});
        QCOMPARE(registry.notify({"a"}), (DispatchReport{.called = 3}));
        QCOMPARE(log.text, std::string("!aa?"));
        QCOMPARE(registry.handlers().front().name, std::string("any"));
        QCOMPARE(registry.handlers().front().registeredAt.line(), static_cast<std::uint_least32_t>(__LINE__ - 5));
    }

    void memberFunctionOfABaseIsCalledOnTheDerivedObject()
    {
        SyncRegistry<Saved> registry;
        LoudLog log;
        registry.registerHandler(&log, &Log::onSaved);
        registry.registerHandler(&log, &Log::onAnything);
        registry.notify({"a"});
        QCOMPARE(log.text, std::string("aa!"));
    }

    void constObjectTakesConstMembers()
    {
        SyncRegistry<Saved> registry;
        const Log log;
        registry.registerHandler(&log, &Log::size);
        registry.notify({"a"});
        QCOMPARE(*log.sizes, 1);
    }

    void resultIsIgnoredUnlessItIsPropagation()
    {
        SyncRegistry<Saved> registry;
        Log log;
        registry.registerHandler(&log, &Log::size);
        registry.registerHandler(&log, &Log::isEmpty);
        const HandlerId decider = registry.registerHandler(&log, &Log::decide);
        const HandlerId refuser = registry.registerHandler(&log, &Log::refuse);
        QCOMPARE(registry.notify({"a"}), (DispatchReport{.called = 4, .stoppedBy = refuser}));
        QCOMPARE(registry.notify({}), (DispatchReport{.called = 3, .stoppedBy = decider}));
        QCOMPARE(*log.sizes, 4);
    }

    void exceptionIsReportedAsOfAnyHandler()
    {
        SyncRegistry<Saved> registry;
        Log log;
        std::string message;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { message = info.message(); });
        registry.registerHandler(&log, &Log::fail, {.once = true});
        QCOMPARE(registry.notify({"a"}), (DispatchReport{.called = 1, .failed = 1}));
        QCOMPARE(message, std::string("disk full"));
        QVERIFY(registry.isEmpty());
    }

    void guardEndsIt()
    {
        SyncRegistry<Saved> registry;
        Log log;
        {
            const HandlerGuard guard = registry.registerGuard(&log, &Log::onSaved, {.priority = 1});
            registry.notify({"a"});
        }
        registry.notify({"b"});
        QCOMPARE(log.text, std::string("a"));
    }

    void eventMayBeVoid()
    {
        SyncRegistry<void> registry;
        Log log;
        registry.registerHandler(&log, &Log::onAnything);
        registry.registerHandler(&log, &Log::isEmpty);
        const HandlerGuard guard = registry.registerGuard(&log, &Log::onAnything);
        registry.notify();
        QCOMPARE(log.text, std::string("!!"));
        QCOMPARE(*log.sizes, 1);
    }

    void nullObjectOrMemberIsRefused()
    {
        SyncRegistry<Saved> registry;
        Log log;
        Log *const nobody = nullptr;
        void (Log::*const nothing)() = nullptr;
        const auto messageOf = [](auto call) {
            try {
                call();
            } catch (const std::invalid_argument &error) {
                return std::string(error.what());
            }
            return std::string();
        };
        QCOMPARE(messageOf([&] { registry.registerHandler(nobody, &Log::onSaved); }),
                 std::string("SyncRegistry::registerHandler: the object is null"));
        QCOMPARE(messageOf([&] { registry.registerHandler(&log, nothing); }),
                 std::string("SyncRegistry::registerHandler: the member function is null"));
        QCOMPARE(messageOf([&] { registry.registerGuard(nobody, &Log::onSaved).reset(); }),
                 std::string("SyncRegistry::registerGuard: the object is null"));
        QCOMPARE(messageOf([&] { registry.registerGuard(&log, nothing).reset(); }),
                 std::string("SyncRegistry::registerGuard: the member function is null"));
        QVERIFY(registry.isEmpty());
    }
};

QTEST_APPLESS_MAIN(MemberFunctions)
#include "tst_memberfunctions.moc"
