// SPDX-License-Identifier: MIT
#include "gate.h"

#include <SignalBox/SourceLocation>
#include <SignalBox/SyncRegistry>
#include <SignalBox/WaitReport>

#include <QtTest/qtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#if defined(__unix__)
#    include <unistd.h>
#endif

using SignalBox::HandlerGuard;
using SignalBox::HandlerId;
using SignalBox::setWaitReportCallback;
using SignalBox::WaitReport;
using Registry = SignalBox::SyncRegistry<int>;

static_assert(std::is_same_v<SignalBox::WaitReportCallback, void (*)(const WaitReport &) noexcept>);
static_assert(noexcept(setWaitReportCallback(nullptr)));

namespace {

struct Report
{
    struct Handler
    {
        HandlerId id;
        std::string name;
        std::string file;
        std::uint_least32_t line;
    };
    Handler awaited;
    Handler caller;
    std::thread::id thread;
};

std::mutex mutex;
std::vector<Report> reports;
std::function<void(std::size_t count)> onReport;

Report::Handler copyOf(const WaitReport::Handler &handler)
{
    return {handler.id, std::string(handler.name), handler.registeredAt.file_name(), handler.registeredAt.line()};
}

void record(const WaitReport &report) noexcept
{
    const std::lock_guard lock(mutex);
    reports.push_back({copyOf(report.awaited), copyOf(report.caller), std::this_thread::get_id()});
    if (onReport)
        onReport(reports.size());
}

} // namespace

class WaitReportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        reports.clear();
        onReport = nullptr;
        m_previous = setWaitReportCallback(&record);
    }

    void cleanup() { setWaitReportCallback(m_previous); }

    void settingACallbackReturnsTheOneBefore()
    {
        QVERIFY(m_previous != nullptr);
        QVERIFY(setWaitReportCallback(nullptr) == &record);
        QVERIFY(setWaitReportCallback(&record) == nullptr);
    }

    void shortWaitIsNotReported()
    {
        Registry registry;
        Gate gate;
        const HandlerId id = registry.registerHandler([&](const int &) { gate.pass(); });
        const Visitor visitor(gate, [&] { registry.notify(0); });
        const std::jthread opener([&] {
            while (registry.contains(id))
                std::this_thread::yield();
            gate.open();
        });
        const auto begin = std::chrono::steady_clock::now();
        QVERIFY(registry.unregisterAndWait(id));
        if (std::chrono::steady_clock::now() - begin < std::chrono::seconds(1)) // else the machine stood still
            QCOMPARE(reports.size(), 0U);
    }

    void longWaitNamesBothHandlersOnTheWaitingThread()
    {
        Registry registry;
        Gate gate;
        onReport = [&](std::size_t) { gate.open(); };
        const std::uint_least32_t line = SignalBox::SourceLocation::current().line();
        const HandlerId slow = registry.registerHandler([&](const int &event) {
            if (event == 0)
                gate.pass();
        }, {.name = "slow"});
        bool isUnregistered = false;
        const HandlerId impatient = registry.registerHandler([&](const int &event) {
            if (event == 2)
                isUnregistered = registry.unregisterAndWait(slow);
            else if (event == 1)
                registry.notify(2);
        }, {.priority = 1, .name = "impatient"});
        const Visitor visitor(gate, [&] { registry.notify(0); });
        registry.notify(1);
        QVERIFY(isUnregistered);
        QCOMPARE(reports.size(), 1U);
        QCOMPARE(reports[0].awaited.id, slow);
        QCOMPARE(reports[0].awaited.name, std::string("slow"));
        QCOMPARE(reports[0].awaited.line, line + 1);
        QVERIFY(std::string_view(reports[0].awaited.file).ends_with("tst_waitreport.cpp"));
        QCOMPARE(reports[0].caller.id, impatient);
        QCOMPARE(reports[0].caller.name, std::string("impatient"));
        QVERIFY(reports[0].thread == std::this_thread::get_id());
    }

    void waitInsideADeeplyNestedHandlerNamesTheInnermost()
    {
        Registry registry;
        Gate gate;
        onReport = [&](std::size_t) { gate.open(); };
        SignalBox::SyncRegistry<char> other;
        const HandlerId slow = other.registerHandler([&](const char &) { gate.pass(); });
        registry.registerHandler([&](const int &event) {
            if (event > 0)
                registry.notify(event - 1);
        }, {.priority = 1, .name = "outer"});
        const HandlerId inner = registry.registerHandler([&](const int &event) {
            if (event == 0)
                other.unregisterAndWait(slow);
        }, {.name = "inner"});
        const Visitor visitor(gate, [&] { other.notify('x'); });
        registry.notify(20);
        QCOMPARE(reports.size(), 1U);
        QCOMPARE(reports[0].awaited.id, slow);
        QCOMPARE(reports[0].caller.id, inner);
    }

    // The second waiter begins when the first has reported, so its own report comes when the first would repeat itself.
    void waitIsReportedOnce()
    {
        Registry registry;
        Gate gate;
        Gate secondMayWait;
        HandlerGuard first = registry.registerGuard([&](const int &) { gate.pass(); }, {.name = "first"});
        HandlerGuard second = registry.registerGuard([&](const int &) { gate.pass(); }, {.name = "second"});
        onReport = [&](std::size_t count) {
            if (count == 1)
                secondMayWait.open();
            else
                gate.open();
        };
        registry.setEnabled(second.id(), false);
        const Visitor visitor(gate, [&] { registry.notify(0); });
        registry.setEnabled(second.id(), true);
        registry.setEnabled(first.id(), false);
        {
            std::jthread secondVisitor([&] { registry.notify(0); });
            gate.awaitArrivals(2);
            const std::jthread secondWaiter([&] {
                secondMayWait.pass();
                second.reset();
            });
            first.reset();
        }
        QCOMPARE(reports.size(), 2U);
        QCOMPARE(reports[0].awaited.name, std::string("first"));
        QCOMPARE(reports[1].awaited.name, std::string("second"));
        QVERIFY(!reports[0].caller.id.isValid());
        QVERIFY(reports[0].caller.name.empty());
    }

    void longWaitIsPrintedByDefault()
    {
#if defined(__unix__)
        setWaitReportCallback(m_previous);
        Registry registry;
        Gate gate;
        const HandlerId id = registry.registerHandler([&](const int &) { gate.pass(); }, {.name = "stubborn"});
        const std::string text = printedByTheWaitFor(registry, id, gate);
        QVERIFY2(text.find("\"stubborn\"") != std::string::npos, text.c_str());
        QVERIFY2(text.find(std::to_string(id.value())) != std::string::npos, text.c_str());
        QVERIFY2(text.find("tst_waitreport.cpp") != std::string::npos, text.c_str());
#else
        QSKIP("needs a redirectable standard error");
#endif
    }

    void handlerWithoutANameIsPrintedByItsPlace()
    {
#if defined(__unix__)
        setWaitReportCallback(m_previous);
        Registry registry;
        Gate gate;
        const HandlerId id = registry.registerHandler([&](const int &) { gate.pass(); });
        const std::string place = "\"tst_waitreport.cpp:" + std::to_string(SignalBox::SourceLocation::current().line() - 1) + '"';
        const std::string text = printedByTheWaitFor(registry, id, gate);
        QVERIFY2(text.find(place) != std::string::npos, text.c_str());
        QVERIFY2(text.find("\"\"") == std::string::npos, text.c_str());
#else
        QSKIP("needs a redirectable standard error");
#endif
    }

private:
#if defined(__unix__)
    // Standard error of a wait that ends when something has been printed.
    static std::string printedByTheWaitFor(Registry &registry, HandlerId id, Gate &gate)
    {
        std::FILE *const file = std::tmpfile();
        std::fflush(stderr);
        const int standardError = dup(2);
        dup2(fileno(file), 2);
        {
            const Visitor visitor(gate, [&] { registry.notify(0); });
            const std::jthread opener([&] {
                while (lseek(fileno(file), 0, SEEK_CUR) == 0)
                    std::this_thread::yield();
                gate.open();
            });
            registry.unregisterAndWait(id);
        }
        dup2(standardError, 2);
        close(standardError);
        std::rewind(file);
        std::string text(1000, '\0');
        text.resize(std::fread(text.data(), 1, text.size(), file));
        std::fclose(file);
        return text;
    }
#endif

    SignalBox::WaitReportCallback m_previous = nullptr;
};

QTEST_APPLESS_MAIN(WaitReportTest)
#include "tst_waitreport.moc"
