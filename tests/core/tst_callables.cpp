// SPDX-License-Identifier: MIT
#include "capture.h"

#include <SignalBox/SyncRegistry>

#include <QtTest/qtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

using SignalBox::HandlerFor;
using SignalBox::HandlerId;
using SignalBox::Propagation;
using SignalBox::SyncRegistry;

static_assert(HandlerFor<void (*)(const int &), int>);
static_assert(HandlerFor<void (*)(int), int>, "a copy of the event may be taken");
static_assert(HandlerFor<void (&)(const int &) noexcept, int>);
static_assert(HandlerFor<Propagation (*)(const int &), int>);
static_assert(HandlerFor<void (*)(), int> && HandlerFor<Propagation (*)(), int> && HandlerFor<void (*)(), void>);
static_assert(!HandlerFor<bool (*)(), int> && !HandlerFor<bool (*)(), void> && !HandlerFor<void (*)(int), void>);
static_assert(!HandlerFor<void (*)(int &), int> && !HandlerFor<void (*)(int &&), int>);
static_assert(!HandlerFor<bool (*)(const int &), int> && !HandlerFor<int (*)(const int &), int>);
static_assert(!HandlerFor<Propagation &(*)(const int &), int> && !HandlerFor<int, int>);
static_assert(!HandlerFor<void (*)(const std::string &), int> && !HandlerFor<std::nullptr_t, int>);

namespace {

int freeFunctionCalls = 0;
void freeFunction(const int &) { ++freeFunctionCalls; }
void quietFunction(const int &) noexcept { ++freeFunctionCalls; }
Propagation stoppingFunction(const int &) { return Propagation::Stop; }

struct Document
{
    explicit Document(int *counter) : visits(counter) {}
    Document(const Document &) = delete;
    Document &operator=(const Document &) = delete;
    void visit() const { ++*visits; }
    Propagation decide() const noexcept { return Propagation::Stop; }

    int *visits;
};

struct Shape
{
    virtual ~Shape() = default;
    virtual int corners() const = 0;
};

struct Square final : Shape
{
    int corners() const override { return 4; }
};

struct FinalOnly
{
    explicit FinalOnly(std::unique_ptr<int> target) : sum(std::move(target)) {}
    void operator()(const int &event) { *sum += event; }

    std::unique_ptr<int> sum;
};

struct Overloaded
{
    int *calls;
    void operator()(const int &) & { *calls += 1; }
    void operator()(const int &) const & { *calls += 100; }
    void operator()(const int &) && = delete;
};

static_assert(HandlerFor<void (Document::*)() const, Document> && HandlerFor<Propagation (Document::*)() const noexcept, Document>);
static_assert(!HandlerFor<void (Document::*)(), Document> && !HandlerFor<int *Document::*, Document>);

// An object that a reference cannot be taken of in the usual way.
struct Secretive
{
    int value = 5;
    void operator&() const = delete;
};

} // namespace

class Callables : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void functionsAndTheirPointersAreHandlers()
    {
        SyncRegistry<int> registry;
        freeFunctionCalls = 0;
        registry.registerHandler(freeFunction);
        registry.registerHandler(&freeFunction);
        registry.registerHandler(quietFunction);
        registry.registerHandler(+[](const int &) { ++freeFunctionCalls; });
        const HandlerId stopper = registry.registerHandler(stoppingFunction);
        registry.registerHandler(freeFunction);
        QCOMPARE(registry.notify(0), (SignalBox::DispatchReport{.called = 5, .stoppedBy = stopper}));
        QCOMPARE(freeFunctionCalls, 4);
    }

    void moveOnlyCallableIsAHandler()
    {
        SyncRegistry<int> registry;
        auto sum = std::make_unique<int>(0);
        const int *const result = sum.get();
        registry.registerHandler(FinalOnly(std::move(sum)));
        registry.registerHandler([owner = std::make_unique<int>(1)](const int &) {});
        registry.notify(3);
        registry.notify(4);
        QCOMPARE(*result, 7);
    }

    void mutableLambdaKeepsItsStateBetweenCalls()
    {
        SyncRegistry<int> registry;
        std::vector<int> counts;
        registry.registerHandler([&counts, count = 0](const int &) mutable { counts.push_back(++count); });
        for (int i = 0; i < 3; ++i)
            registry.notify(0);
        QCOMPARE(counts, (std::vector<int>{1, 2, 3}));
    }

    void callableIsCalledAsAnLvalue()
    {
        SyncRegistry<int> registry;
        int calls = 0;
        const Overloaded handler{&calls};
        registry.registerHandler(handler);
        registry.notify(0);
        QCOMPARE(calls, 1);
    }

    void memberFunctionsOfTheEventAreHandlers()
    {
        SyncRegistry<Document> registry;
        int visits = 0;
        registry.registerHandler(&Document::visit);
        registry.registerHandler(std::mem_fn(&Document::visit));
        const HandlerId stopper = registry.registerHandler(&Document::decide);
        const auto report = registry.notify(Document(&visits));
        QCOMPARE(visits, 2);
        QCOMPARE(report.stoppedBy, stopper);
    }

    void eventIsHandedOnByReference()
    {
        SyncRegistry<Document> registry;
        int visits = 0;
        const Document document(&visits);
        const Document *seen = nullptr;
        registry.registerHandler([&](const Document &event) { seen = std::addressof(event); });
        registry.notify(document);
        QCOMPARE(seen, std::addressof(document));
    }

    void eventMayBeAbstract()
    {
        SyncRegistry<Shape> registry;
        int corners = 0;
        registry.registerHandler([&](const Shape &shape) { corners = shape.corners(); });
        registry.notify(Square());
        QCOMPARE(corners, 4);
    }

    void eventMayHideItsAddress()
    {
        SyncRegistry<Secretive> registry;
        int value = 0;
        registry.registerHandler([&](const Secretive &event) { value = event.value; });
        registry.notify(Secretive());
        QCOMPARE(value, 5);
    }

    void eventMayBeAnArrayOrAPointer()
    {
        SyncRegistry<int[3]> arrays;
        SyncRegistry<const char *> pointers;
        std::string seen;
        arrays.registerHandler([&](const int (&event)[3]) { seen += std::to_string(event[2]); });
        pointers.registerHandler([&](const char *const &event) { seen += event; });
        const int numbers[3] = {1, 2, 3};
        arrays.notify(numbers);
        pointers.notify("x");
        QCOMPARE(seen, std::string("3x"));
    }

    void callableWithoutArgumentsIsAHandlerOfAnyEvent()
    {
        SyncRegistry<Document> registry;
        int calls = 0;
        int counter = 0;
        registry.registerHandler([&] { ++calls; });
        registry.registerHandler([owner = std::make_unique<int>(0), &calls]() mutable { calls += ++*owner; });
        registry.registerHandler(std::function<void()>([&] { ++calls; }));
        const HandlerId stopper = registry.registerHandler([] { return Propagation::Stop; });
        registry.registerHandler([&] { ++calls; });
        QCOMPARE(registry.notify(Document(&counter)), (SignalBox::DispatchReport{.called = 4, .stoppedBy = stopper}));
        QCOMPARE(calls, 3);
        QCOMPARE(counter, 0);
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, registry.registerHandler(std::function<void()>()));
        QVERIFY_THROWS_EXCEPTION(std::invalid_argument, registry.registerHandler(static_cast<void (*)()>(nullptr)));
    }

    void callableThatTakesTheEventOrNothingGetsIt()
    {
        SyncRegistry<int> registry;
        std::vector<int> seen;
        registry.registerHandler([&](const int &event = -1) { seen.push_back(event); });
        registry.registerHandler([&](auto &&...events) { (seen.push_back(10 * events), ...); });
        // Its body is wrong without an event, and so is not tried without one.
        registry.registerHandler([&](const auto &...events) { return seen.push_back((events + ...)); });
        registry.notify(3);
        QCOMPARE(seen, (std::vector<int>{3, 30, 3}));
    }

    void exceptionCallbackMayTakeNothing()
    {
        SyncRegistry<int> registry;
        int calls = 0;
        registry.onException([&] { ++calls; });
        registry.registerHandler([] { throw 1; });
        QCOMPARE(registry.notify(0).failed, 1U);
        QCOMPARE(calls, 1);
    }

    void eventMayBeVoid()
    {
        SyncRegistry<void> registry;
        std::string seen;
        registry.registerHandler([&] { seen += 'b'; });
        registry.registerHandler([&] { seen += 'a'; }, {.priority = 1});
        registry.registerHandler([&] { seen += 'o'; }, {.once = true});
        registry.registerHandler([&](auto &&...nothing) { seen += std::to_string(sizeof...(nothing)); });
        const auto guard = registry.registerGuard([&] { throw seen; });
        int failures = 0;
        registry.onException([&](const SignalBox::ExceptionInfo &info) { failures += info.handlerId() == guard.id(); });
        const SyncRegistry<void> &constant = registry;
        static_assert(noexcept(constant.notify()));
        static_assert(std::is_void_v<SyncRegistry<void>::Event>);
        QCOMPARE(constant.notify(), (SignalBox::DispatchReport{.called = 5, .failed = 1}));
        QCOMPARE(seen, std::string("abo0"));
        QCOMPARE(failures, 1);
        const HandlerId stopper = registry.registerHandler([] { return Propagation::Stop; }, {.priority = 2});
        QCOMPARE(constant.notify(), (SignalBox::DispatchReport{.called = 1, .stoppedBy = stopper}));
    }

    void notifyOfAConstRegistryCompiles()
    {
        SyncRegistry<std::string> registry;
        std::string seen;
        registry.registerHandler([&](std::string event) { seen = std::move(event); });
        const SyncRegistry<std::string> &constant = registry;
        constant.notify("converted");
        QCOMPARE(seen, std::string("converted"));
    }

    void genericLambdaIsAHandler()
    {
        SyncRegistry<int> registry;
        bool isConstReference = false;
        registry.registerHandler([&](auto &&event) {
            isConstReference = std::is_same_v<decltype(event), const int &>;
        });
        registry.notify(0);
        QVERIFY(isConstReference);
    }

    void callableMayBeLargeOrOveraligned()
    {
        struct alignas(64) Aligned
        {
            std::array<char, 5000> bytes{};
            bool *isAligned;
            void operator()(const int &) const
            {
                *isAligned = reinterpret_cast<std::uintptr_t>(this) % 64 == 0 && bytes.back() == 'z';
            }
        };
        SyncRegistry<int> registry;
        bool isAligned = false;
        Aligned handler{.isAligned = &isAligned};
        handler.bytes.back() = 'z';
        registry.registerHandler(handler);
        registry.notify(0);
        QVERIFY(isAligned);
    }

    void lvalueIsCopiedAndRvalueIsMoved()
    {
        SyncRegistry<int> registry;
        const auto shared = std::make_shared<int>(0);
        auto handler = [owned = shared](const int &) {};
        QCOMPARE(shared.use_count(), 2L);
        registry.registerHandler(handler);
        QCOMPARE(shared.use_count(), 3L);
        registry.registerHandler(std::move(handler));
        QCOMPARE(shared.use_count(), 3L);
    }

    void callableWithoutAssignmentIsAHandler()
    {
        SyncRegistry<int> registry;
        int calls = 0;
        const int constant = 1;
        registry.registerHandler(std::bind([&](int step) { calls += step; }, constant));
        registry.registerHandler(std::bind_front([&](int step, const int &event) { calls += step * event; }, constant));
        registry.notify(10);
        QCOMPARE(calls, 11);
    }
};

QTEST_APPLESS_MAIN(Callables)
#include "tst_callables.moc"
