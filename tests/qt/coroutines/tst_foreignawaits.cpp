// SPDX-License-Identifier: MIT
#include "waitfor.h"
#include "workerthread.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventStream>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/TaskHandle>
#include <SignalBox/WhenAny>
#include <SignalBox/YieldToLoop>

#include <QtTest/qtest.h>

#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::TaskHandle;
using SignalBox::whenAny;
using SignalBox::yieldToLoop;

// What other libraries let coroutines await, and their coroutines that await what is ours.
namespace {

// Opens once, with a number, for one who waits.
struct Gate
{
    std::coroutine_handle<> waiting;
    std::optional<int> number;
    int resumptions = 0; // whose result was taken

    void open(int with)
    {
        number = with;
        if (const auto coroutine = std::exchange(waiting, {}))
            coroutine.resume();
    }
};

struct GateAwaiter
{
    Gate *gate;

    bool await_ready() const noexcept { return gate->number.has_value(); }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { gate->waiting = coroutine; }
    int await_resume() const
    {
        ++gate->resumptions;
        if (*gate->number < 0)
            throw std::runtime_error("negative");
        return *gate->number;
    }
};

struct WithMember
{
    Gate *gate;
    GateAwaiter operator co_await() const noexcept { return {gate}; }
};

struct WithFunction
{
    Gate *gate;
};
GateAwaiter operator co_await(const WithFunction &awaited) noexcept
{
    return {awaited.gate};
}

// Cannot be moved: it lies in the frame of who awaits it.
class Pinned
{
public:
    explicit Pinned(Gate *gate) : m_awaiter{gate} {}
    Q_DISABLE_COPY_MOVE(Pinned)
    ~Pinned() { m_awaiter.gate = nullptr; } // so that later use would crash

    bool await_ready() const noexcept { return m_awaiter.await_ready(); }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { m_awaiter.await_suspend(coroutine); }
    int await_resume() const { return m_awaiter.await_resume(); }

private:
    GateAwaiter m_awaiter;
};

// Suspends for no time at all, or throws.
struct Reluctant
{
    enum class Way { GoesOn, Resumes, Throws } way;

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> coroutine) const
    {
        if (way == Way::Throws)
            throw std::runtime_error("no");
        if (way == Way::Resumes)
            coroutine.resume();
        return way == Way::Resumes;
    }
    void await_resume() const noexcept {}
};

struct Reference
{
    std::string &text;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> coroutine) const noexcept { return coroutine; }
    std::string &await_resume() const noexcept { return text; }
};

// On another thread.
struct OnThread
{
    std::thread &thread;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const
    {
        thread = std::thread([coroutine] { coroutine.resume(); });
    }
    std::thread::id await_resume() const noexcept { return std::this_thread::get_id(); }
};

} // namespace

class TestForeignAwaits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatHasAnOperatorIsAwaited()
    {
        QObject context;
        Gate first;
        Gate second;
        Gate third;
        std::vector<int> numbers;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const WithMember withMember{&first};
            numbers.push_back(co_await withMember);
            const WithFunction withFunction{&second};
            numbers.push_back(co_await withFunction);
            GateAwaiter awaiter{&third};
            numbers.push_back(co_await awaiter);
        });
        for (Gate *gate : {&first, &second, &third}) {
            QVERIFY(waitFor([&] { return static_cast<bool>(gate->waiting); }));
            gate->open(static_cast<int>(numbers.size()) + 1);
        }
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(numbers, (std::vector{1, 2, 3}));
    }

    void resumptionComesFromTheLoop()
    {
        QObject context;
        Gate gate;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const WithMember awaited{&gate};
            co_await awaited;
        });
        gate.open(1);
        QVERIFY(!handle.isFinished());
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
    }

    void whatIsReadyDoesNotSuspend()
    {
        QObject context;
        Gate gate{.waiting = {}, .number = 5};
        int number = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const WithMember awaited{&gate};
            number = co_await awaited;
        });
        QVERIFY(handle.isFinished());
        QCOMPARE(number, 5);
        QCOMPARE(gate.resumptions, 1);
    }

    void whatCannotBeMovedIsAwaited()
    {
        QObject context;
        Gate gate;
        int number = 0;
        const auto handle = spawn(&context, [&]() -> Task<> {
            Pinned pinned(&gate);
            number = co_await pinned;
        });
        gate.open(6);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(number, 6);
    }

    void awaiterThatDoesNotSuspendGoesOn()
    {
        QObject context;
        const auto handle = spawn(&context, []() -> Task<> {
            const Reluctant goesOn{Reluctant::Way::GoesOn};
            co_await goesOn;
            const Reluctant resumes{Reluctant::Way::Resumes};
            co_await resumes;
        });
        QVERIFY(handle.isFinished());
    }

    void exceptionsAreThrown()
    {
        QObject context;
        Gate gate;
        std::vector<std::string> messages;
        const auto handle = spawn(&context, [&]() -> Task<> {
            try {
                const Reluctant throws{Reluctant::Way::Throws};
                co_await throws;
            } catch (const std::runtime_error &error) {
                messages.emplace_back(error.what());
            }
            try {
                const WithMember awaited{&gate};
                co_await awaited;
            } catch (const std::runtime_error &error) {
                messages.emplace_back(error.what());
            }
        });
        gate.open(-1);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(messages, (std::vector<std::string>{"no", "negative"}));
    }

    void referencesAreGiven()
    {
        QObject context;
        std::string text = "before";
        spawn(&context, [&]() -> Task<> {
            const Reference awaited{text};
            std::string &same = co_await awaited;
            same = "after";
        });
        QCOMPARE(text, std::string("after"));
    }

    void resumptionOnAnotherThreadGoesOnAtHome()
    {
        QObject context;
        std::thread thread;
        std::thread::id cameOn;
        std::thread::id wentOnOn;
        const auto handle = spawn(&context, [&]() -> Task<> {
            const OnThread awaited{thread};
            cameOn = co_await awaited;
            wentOnOn = std::this_thread::get_id();
        });
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QVERIFY(cameOn == thread.get_id());
        QVERIFY(wentOnOn == std::this_thread::get_id());
        thread.join();
    }

    void whatComesAfterTheFrameHarmsNobody()
    {
        auto context = std::make_unique<QObject>();
        Gate kept;
        Gate pinned;
        int goneOn = 0;
        spawn(context.get(), [&]() -> Task<> {
            co_await WithMember{&kept};
            ++goneOn;
        });
        spawn(context.get(), [&]() -> Task<> {
            Pinned local(&pinned);
            co_await local;
            ++goneOn;
        });
        context.reset();
        kept.open(1);
        pinned.open(1);
        runQueuedCalls();
        QCOMPARE(goneOn, 0);
        QCOMPARE(kept.resumptions + pinned.resumptions, 0); // nobody wanted them
    }

    void whatComesJustBeforeTheFrameGoesHarmsNobody()
    {
        auto context = std::make_unique<QObject>();
        Gate gate;
        bool hasGoneOn = false;
        spawn(context.get(), [&]() -> Task<> {
            const WithMember awaited{&gate};
            co_await awaited;
            hasGoneOn = true;
        });
        gate.open(1);
        context.reset();
        runQueuedCalls();
        QVERIFY(!hasGoneOn);
    }

    void whatComesOnAnotherThreadWhileTheFrameGoesHarmsNobody()
    {
        for (int round = 0; round < 200; ++round) {
            auto context = std::make_unique<QObject>();
            std::thread thread;
            spawn(context.get(), [&]() -> Task<> {
                const OnThread awaited{thread};
                co_await awaited;
            });
            context.reset();
            thread.join();
        }
    }

    void foreignBranchesOfWhenAnyWinAndAreWithdrawn()
    {
        SignalBox::AsyncRegistry<int> registry;
        QObject context;
        Gate loser;
        Gate winner;
        std::vector<std::size_t> winners;
        const auto handle = spawn(&context, [&]() -> Task<> {
            auto stream = registry.stream(&context);
            const WithMember losing{&loser};
            const auto first = co_await whenAny(losing, stream);
            winners.push_back(first.index());
            const WithMember winning{&winner};
            const auto second = co_await whenAny(stream, winning);
            winners.push_back(second.index());
        });
        registry.post(1);
        QCOMPARE(winners, std::vector<std::size_t>{1});
        loser.open(1);
        runQueuedCalls();
        QVERIFY(!handle.isFinished());
        winner.open(2);
        QVERIFY(waitFor([&] { return handle.isFinished(); }));
        QCOMPARE(winners, (std::vector<std::size_t>{1, 1}));
        QCOMPARE(loser.resumptions, 0);
        QCOMPARE(winner.resumptions, 1);
    }
};

QTEST_GUILESS_MAIN(TestForeignAwaits)
#include "tst_foreignawaits.moc"
