// SPDX-License-Identifier: MIT
#include "capture.h"
#include "failingcalls.h"

#include <SignalBox/EventRegistry>
#include <SignalBox/SparseStorage>
#include <SignalBox/WatchSender>

#include <string>
#include <utility>
#include <vector>

// What tst_failingallocation asks of SyncRegistry, asked of watches and of EventRegistry: a call one of whose allocations
// fails throws and has changed nothing, or does its work.

using SignalBox::EventRegistry;
using SignalBox::ExceptionInfo;
using SignalBox::HandlerGuard;
using SignalBox::SparseStorage;
using SignalBox::VectorStorage;
using SignalBox::WatchReceiver;
using SignalBox::WatchSender;

namespace {

// A value whose copies need memory.
using Value = std::string;

Value valueOf(int number)
{
    return std::string(60, 'v') + std::to_string(number);
}

template <class Test>
void leavesNoMemoryBehind(Test test)
{
    const long before = liveAllocations();
    test();
    CHECK(liveAllocations() == before);
}

void failedConstructionOfASenderLeaksNothing()
{
    leavesNoMemoryBehind([] {
        failEachAllocation([] { const WatchSender<> sender; }, [] {});
        failEachAllocation([] { const WatchSender<Value> sender; }, [] {});
        failEachAllocation([] { const WatchSender<Value> sender(valueOf(1)); }, [] {});
    });
}

// A call that changes the value, failed at each of its allocations in turn.
template <class Change>
void failedChangeLeavesTheWatchAsItWas(Change change)
{
    leavesNoMemoryBehind([&] {
        WatchSender<Value> sender(valueOf(0));
        WatchReceiver<Value> receiver = sender.subscribe();
        int calls = 0;
        const HandlerGuard guard = receiver.onChanged([&] { ++calls; });
        for (int number = 1; number < 4; ++number) {
            failEachAllocation([&] { change(sender, number); },
                               [&] {
                                   CHECK(!receiver.hasChanged());
                                   CHECK(receiver.version() == static_cast<std::uint64_t>(number) - 1);
                                   CHECK(receiver.value() == valueOf(number - 1));
                                   CHECK(calls == number - 1);
                               });
            CHECK(receiver.hasChanged());
            CHECK(receiver.valueAndMarkSeen() == valueOf(number));
            CHECK(calls == number);
        }
    });
}

void failedSendLeavesTheWatchAsItWas()
{
    failedChangeLeavesTheWatchAsItWas([](auto &sender, int number) { sender.send(valueOf(number)); });
}

void failedSendReplaceLeavesTheWatchAsItWas()
{
    failedChangeLeavesTheWatchAsItWas([](auto &sender, int number) {
        const Value before = valueOf(number - 1); // its memory may fail too, and not after the change
        CHECK(sender.sendReplace(valueOf(number)) == before);
    });
}

void failedSendIfModifiedLeavesTheWatchAsItWas()
{
    failedChangeLeavesTheWatchAsItWas([](auto &sender, int number) {
        CHECK(sender.sendIfModified([&](Value &value) {
            value = valueOf(number);
            return true;
        }));
    });
}

void failedReadMarksNothingSeen()
{
    leavesNoMemoryBehind([] {
        WatchSender<Value> sender(valueOf(0));
        WatchReceiver<Value> receiver = sender.subscribe();
        const Value sent = valueOf(1);
        sender.send(sent);
        failEachAllocation([&] { CHECK(receiver.value() == sent); }, [] {});
        failEachAllocation([&] { CHECK(receiver.valueAndMarkSeen() == sent); }, [&] { CHECK(receiver.hasChanged()); });
        CHECK(!receiver.hasChanged());
    });
}

void failedCallbackIsNotRegistered()
{
    leavesNoMemoryBehind([] {
        WatchSender<Value> sender(valueOf(0));
        const WatchReceiver<Value> receiver = sender.subscribe();
        CaptureCounter captures;
        int changes = 0;
        int ends = 0;
        HandlerGuard changed;
        HandlerGuard closed;
        failEachAllocation(
            [&] { changed = receiver.onChanged([&, capture = captures.capture()](const Value &) { ++changes; }, {.name = valueOf(2)}); },
            [&] {
                CHECK(captures.alive() == 0);
                CHECK(sender.receiverCount() == 1);
            });
        failEachAllocation([&] { closed = receiver.onClosed([&, capture = captures.capture()] { ++ends; }); },
                           [&] {
                               CHECK(captures.alive() == 1);
                               CHECK(ends == 0);
                           });
        sender.send(valueOf(1));
        CHECK(changes == 1);
        {
            const WatchSender<Value> ending = std::move(sender);
        }
        CHECK(changes == 1);
        CHECK(ends == 1);
    });
}

// A watch has two lists, of those who wait for changes and of those who wait for the end: the first may have the new
// callback when the memory for the second one fails. There is always one of the two.
void failedExceptionCallbackLeavesTheEarlierOrTheNewOne()
{
    leavesNoMemoryBehind([] {
        WatchSender<> sender;
        const WatchReceiver<> receiver = sender.subscribe();
        const HandlerGuard guard = receiver.onChanged([] { throw 1; });
        int reporter = 0;
        for (int next = 1; next < 4; ++next) {
            failEachAllocation([&] { sender.onException([&, next](const ExceptionInfo &) { reporter = next; }); },
                               [&] {
                                   reporter = -1;
                                   sender.send();
                                   if (next == 1 && reporter == -1)
                                       return; // there was none before
                                   CHECK(reporter == next - 1 || reporter == next);
                               });
            sender.send();
            CHECK(reporter == next);
        }
    });
}

void watchOfVoidNeedsNoMemory()
{
    WatchSender<> sender;
    WatchReceiver<> receiver = sender.subscribe();
    int calls = 0;
    const HandlerGuard guard = receiver.onChanged([&] { ++calls; });
    const OutOfMemory noMemory;
    WatchReceiver<> copy = sender.subscribe();
    sender.send();
    CHECK(calls == 1);
    CHECK(copy.hasChanged());
    CHECK(receiver.waitForChange() == SignalBox::WaitOutcome::Changed);
}

// --- EventRegistry -------------------------------------------------------------------------------

void failedConstructionOfAnEventRegistryLeaksNothing()
{
    leavesNoMemoryBehind([] {
        failEachAllocation([] { const EventRegistry<> events{VectorStorage(20)}; }, [] {});
        failEachAllocation([] { const EventRegistry<SparseStorage> events{SparseStorage({7, 3, 900, 3})}; }, [] {});
    });
}

void listenersAreRegisteredAndToldWithoutMemory()
{
    EventRegistry<> events{VectorStorage(3)};
    int calls = 0;
    WatchReceiver<> listener = events.registerListener(1);
    const HandlerGuard guard = listener.onChanged([&] { ++calls; });
    const OutOfMemory noMemory;
    WatchReceiver<> another = events.registerListener(1);
    events.recordEvent(1);
    events.recordEvent(1);
    CHECK(events.broadcast());
    CHECK(calls == 1);
    CHECK(another.hasChanged());
    events.recordEvent(2);
    events.discardPending();
    CHECK(!events.broadcast());
}

// The callback belongs to every event: some may have the new one when the memory for the next one fails, and all report.
void failedExceptionCallbackOfAnEventRegistryLeavesEachEventWithOne()
{
    leavesNoMemoryBehind([] {
        constexpr SignalBox::EventId count = 3;
        EventRegistry<> events{VectorStorage(count)};
        std::vector<HandlerGuard> guards;
        for (SignalBox::EventId id = 0; id < count; ++id)
            guards.push_back(events.registerListener(id).onChanged([] { throw 1; }));
        int reports = 0;
        events.onException([&](const ExceptionInfo &) { ++reports; });
        failEachAllocation([&] { events.onException([&](const ExceptionInfo &) { ++reports; }); },
                           [&] {
                               reports = 0;
                               for (SignalBox::EventId id = 0; id < count; ++id)
                                   events.recordEvent(id);
                               CHECK(events.broadcast());
                               CHECK(reports == static_cast<int>(count));
                           });
    });
}

} // namespace

int main()
{
    {
        // What the process allocates once.
        WatchSender<> sender;
        const HandlerGuard guard = sender.subscribe().onChanged([] {});
        sender.send();
    }
    RUN(failedConstructionOfASenderLeaksNothing);
    RUN(failedSendLeavesTheWatchAsItWas);
    RUN(failedSendReplaceLeavesTheWatchAsItWas);
    RUN(failedSendIfModifiedLeavesTheWatchAsItWas);
    RUN(failedReadMarksNothingSeen);
    RUN(failedCallbackIsNotRegistered);
    RUN(failedExceptionCallbackLeavesTheEarlierOrTheNewOne);
    RUN(watchOfVoidNeedsNoMemory);
    RUN(failedConstructionOfAnEventRegistryLeaksNothing);
    RUN(listenersAreRegisteredAndToldWithoutMemory);
    RUN(failedExceptionCallbackOfAnEventRegistryLeavesEachEventWithOne);
}
