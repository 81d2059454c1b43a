// SPDX-License-Identifier: MIT
#include "diagnosis.h"

#include "../watch/names.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace SignalBox::Doctor {

namespace {

// What counts as an illness. README.md gives the reasons.
constexpr std::uint64_t floodWaiting = 1000; // calls of one connection
constexpr std::uint64_t floodRate = 10'000; // in a second
constexpr std::uint64_t staleWaiting = 100; // calls, of which
constexpr double staleAge = 0.25; // the oldest is so old
constexpr std::uint64_t spinFired = 2000; // times
constexpr double spinRate = 500; // in a second
constexpr std::size_t most = 10; // findings of each kind

double seconds(std::uint64_t nanoseconds)
{
    return double(nanoseconds) / 1e9;
}

std::vector<std::uint64_t> framesOf(const Frames &frames)
{
    return {frames.begin(), std::find(frames.begin(), frames.end(), 0)};
}

CallFinding describe(Observer &observer, Symbols &symbols, ConnectionId id)
{
    const Record &record = observer.record();
    const Connection &connection = record.connections[id];
    CallFinding call;
    call.id = id;
    call.kind = connection.kind;
    call.isBlocking = connection.isBlocking != 0;
    call.sender = exactClass(observer.text(connection.senderClass), observer.text(connection.senderType));
    call.senderName = observer.text(connection.senderName);
    call.signal = observer.text(connection.signal);
    call.isOverloaded = connection.isSignalOverloaded != 0;
    call.receiver = exactClass(observer.text(connection.receiverClass), observer.text(connection.receiverType));
    call.receiverName = observer.text(connection.receiverName.load(std::memory_order_acquire));
    call.posterThread = observer.threadName(pid_t(connection.posterThread), observer.text(connection.posterName));
    if (const std::uint32_t tid = connection.receiverThread.load(std::memory_order_relaxed))
        call.receiverThread = observer.threadName(pid_t(tid));
    switch (connection.slotKind) {
    case SlotKind::Method:
        call.slot = call.receiver + "::" + observer.text(connection.slot);
        break;
    case SlotKind::MemberFunction:
        call.slotPlace = symbols.function(connection.code);
        call.slot = call.slotPlace.function.empty() ? call.slotPlace.module : call.slotPlace.function;
        break;
    case SlotKind::Functor:
        call.slotPlace = symbols.slotFunction(connection.code);
        call.slot = call.slotPlace.function.empty() ? "functor " + call.slotPlace.module : call.slotPlace.function;
        break;
    }
    call.connected = symbols.firstOfProgram(framesOf(connection.connected));
    const std::string emission = call.sender + "::" + call.signal.substr(0, call.signal.find('(') + 1);
    call.emitted = symbols.firstOfProgram(framesOf(connection.firstPoster), emission);
    if (!call.connected.isKnown() && call.kind == CallKind::Invoked)
        call.connected = call.emitted;
    const std::vector<std::uint64_t> connected = framesOf(connection.connected);
    call.isOfQt = symbols.isOfQt(connected.empty() ? connection.code : connected.front() - 1);

    const Traffic traffic = id < observer.traffic().size() ? observer.traffic()[id] : Traffic{}; // else it has just begun
    call.calls = connection.posted.load(std::memory_order_relaxed);
    call.done = connection.done.load(std::memory_order_relaxed);
    call.mostWaiting = std::max(traffic.mostWaiting, connection.mostWaiting.load(std::memory_order_relaxed));
    call.peakRate = traffic.peakRate;
    call.bytesPerCall = connection.bytesPerCall;
    call.receiverDied = connection.receiverDied.load(std::memory_order_relaxed);
    call.receiverDiedAtEnd = connection.receiverDiedAtEnd.load(std::memory_order_relaxed);
    call.removed = connection.removed.load(std::memory_order_relaxed);
    call.oldest = seconds(std::max(traffic.longestAge, connection.longestAge.load(std::memory_order_relaxed)));
    call.longestBlocked = seconds(connection.longestBlocked.load(std::memory_order_relaxed));
    call.blocked = seconds(connection.blocked.load(std::memory_order_relaxed));
    return call;
}

bool isFlood(const Connection &connection, const Traffic &traffic)
{
    return connection.kind != CallKind::Direct && connection.isBlocking == 0
            && (traffic.mostWaiting >= floodWaiting || traffic.peakRate >= floodRate
                || (traffic.mostWaiting >= staleWaiting && seconds(traffic.longestAge) >= staleAge));
}

bool wasQueued(const Connection &connection, const Traffic &)
{
    return connection.kind != CallKind::Direct;
}

bool hasLost(const Connection &connection, const Traffic &)
{
    return connection.receiverDied.load(std::memory_order_relaxed) > 0;
}

bool isDirect(const Connection &connection, const Traffic &)
{
    return connection.kind == CallKind::Direct;
}

// The worst first, without names, which take time.
std::vector<ConnectionId> busiestOf(const Observer &observer, bool (*matters)(const Connection &, const Traffic &))
{
    std::vector<ConnectionId> ids;
    const Record &record = observer.record();
    for (ConnectionId id = 1; id < observer.traffic().size(); ++id) {
        if (record.connections[id].isReady.load(std::memory_order_acquire) && matters(record.connections[id], observer.traffic()[id]))
            ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end(), [&](ConnectionId a, ConnectionId b) {
        const auto weight = [&](ConnectionId id) {
            return std::tuple(observer.traffic()[id].mostWaiting, record.connections[id].posted.load(std::memory_order_relaxed), ~id);
        };
        return weight(a) > weight(b);
    });
    return ids;
}

std::vector<CallFinding> describe(Observer &observer, Symbols &symbols, const std::vector<ConnectionId> &ids)
{
    std::vector<CallFinding> calls;
    for (std::size_t i = 0; i < std::min(ids.size(), most); ++i)
        calls.push_back(describe(observer, symbols, ids[i]));
    return calls;
}

// Without those of Qt's own libraries.
std::vector<CallFinding> describeOthers(Observer &observer, Symbols &symbols, const std::vector<ConnectionId> &ids)
{
    std::vector<CallFinding> calls;
    for (const ConnectionId id : ids) {
        CallFinding call = describe(observer, symbols, id);
        if (!call.isOfQt)
            calls.push_back(std::move(call));
        if (calls.size() == most)
            break;
    }
    return calls;
}

StallFinding describe(Observer &observer, Symbols &symbols, const Stall &stall, std::uint64_t begin)
{
    StallFinding finding;
    finding.thread = observer.threadName(stall.tid);
    finding.begin = seconds(stall.since - std::min(stall.since, begin));
    finding.duration = seconds(stall.duration());
    finding.delayed = seconds(stall.delayed);
    finding.isOpen = stall.isOpen;
    const auto often = std::max_element(stall.calls.begin(), stall.calls.end(), [](const auto &a, const auto &b) { return a.second < b.second; });
    if (often != stall.calls.end() && often->first != 0 && often->second * 2 >= stall.looks) {
        finding.call = often->first;
        finding.share = int(100 * often->second / std::max(1u, stall.looks));
        finding.running = describe(observer, symbols, often->first).text();
    } else if (stall.eventType != 0) {
        finding.running = eventName(stall.eventType) + (stall.eventClass.empty() ? "" : " of a " + stall.eventClass);
    }
    for (const Snapshot &snapshot : stall.stacks) {
        const std::vector<std::uint64_t> frames = symbols.unwind(snapshot);
        if (!finding.place.isKnown())
            finding.place = symbols.firstOfProgram(frames);
        std::vector<Place> stack;
        for (const std::uint64_t frame : frames) {
            for (Place &place : symbols.placesAt(frame - 1)) {
                if (!place.function.starts_with("SignalBox::Doctor::"))
                    stack.push_back(std::move(place));
            }
        }
        if (!stack.empty()) // else it could not be unwound
            finding.stacks.push_back(std::move(stack));
    }
    return finding;
}

void findStalls(Observer &observer, Symbols &symbols, std::uint64_t begin, Diagnosis &diagnosis)
{
    constexpr std::size_t described = 5; // of each thread; all are counted
    std::map<pid_t, std::vector<const Stall *>> threads;
    for (const Stall &stall : observer.stalls()) {
        if (stall.duration() >= observer.record().stallThreshold * std::uint64_t(1'000'000))
            threads[stall.tid].push_back(&stall);
    }
    for (auto &[tid, stalls] : threads) {
        std::sort(stalls.begin(), stalls.end(), [](const Stall *a, const Stall *b) { return a->duration() > b->duration(); });
        ThreadFinding finding;
        finding.thread = observer.threadName(tid);
        finding.longest = seconds(stalls.front()->duration());
        for (const Stall *stall : stalls) {
            finding.together += seconds(stall->duration());
            if (finding.stalls.size() < described)
                finding.stalls.push_back(describe(observer, symbols, *stall, begin));
            else
                finding.stalls.push_back({finding.thread, seconds(stall->since - std::min(stall->since, begin)), seconds(stall->duration()),
                                          seconds(stall->delayed), stall->isOpen, {}, 0, 0, {}, {}});
        }
        diagnosis.threads.push_back(std::move(finding));
    }
    std::sort(diagnosis.threads.begin(), diagnosis.threads.end(), [](const auto &a, const auto &b) { return a.longest > b.longest; });
}

void findTimers(Observer &observer, Diagnosis &diagnosis)
{
    const Record &record = observer.record();
    for (std::size_t i = 0; i < record.timerCount.load(std::memory_order_acquire); ++i) {
        const Timer &timer = record.timers[i];
        TimerFinding finding;
        finding.fired = timer.fired.load(std::memory_order_relaxed);
        const double time = seconds(timer.lastFired.load(std::memory_order_relaxed) - timer.firstFired);
        finding.rate = double(finding.fired) / std::max(time, 1e-3);
        if (finding.fired < spinFired || finding.rate < spinRate)
            continue;
        finding.receiver = observer.text(timer.receiverClass);
        finding.receiverName = observer.text(timer.receiverName);
        finding.parent = observer.text(timer.parentClass);
        finding.thread = observer.threadName(pid_t(timer.tid));
        diagnosis.timers.push_back(std::move(finding));
    }
}

} // namespace

std::string CallFinding::text() const
{
    std::string text;
    if (kind == CallKind::Invoked)
        text = "invokeMethod() on " + receiver + ", " + slot;
    else
        text = (sender.empty() ? "?" : sender) + "::" + signal + " -> " + (slot.starts_with(receiver + "::") ? slot : receiver + ", " + slot);
    if (slotPlace.hasLine())
        text += " at " + slotPlace.text();
    return text;
}

Diagnosis diagnose(Observer &observer, Symbols &symbols, std::uint64_t begin, std::uint64_t until)
{
    const Record &record = observer.record();
    Diagnosis diagnosis;
    diagnosis.state = record.state.load(std::memory_order_acquire);
    diagnosis.hasApplication = record.hasApplication.load(std::memory_order_relaxed) != 0;
    diagnosis.qtVersion = record.qtVersion;
    diagnosis.seconds = seconds(until - begin);
    diagnosis.connections = record.connectionCount.load(std::memory_order_relaxed);
    diagnosis.overflow = record.overflow.load(std::memory_order_relaxed);
    if (diagnosis.state != State::Recording)
        return diagnosis;

    for (std::size_t i = 0; i < record.moduleCount.load(std::memory_order_acquire); ++i)
        symbols.addModule(record.modules[i].path, record.modules[i].base);
    for (const auto &[path, base] : observer.modules())
        symbols.addModule(path, base);

    const std::vector<ConnectionId> queued = busiestOf(observer, wasQueued);
    for (const ConnectionId id : queued)
        diagnosis.queuedCalls += record.connections[id].posted.load(std::memory_order_relaxed);
    diagnosis.busiest = describe(observer, symbols, queued);
    diagnosis.floods = describe(observer, symbols, busiestOf(observer, isFlood));
    diagnosis.lost = describeOthers(observer, symbols, busiestOf(observer, hasLost));
    diagnosis.direct = describeOthers(observer, symbols, busiestOf(observer, isDirect));
    for (const Deadlock &deadlock : observer.deadlocks()) {
        DeadlockFinding finding;
        finding.isCircle = deadlock.isCircle;
        for (const Deadlock::Wait &wait : deadlock.waits)
            finding.waits.push_back({observer.threadName(wait.tid), describe(observer, symbols, wait.connection), seconds(wait.since - std::min(wait.since, begin))});
        diagnosis.deadlocks.push_back(std::move(finding));
    }
    findStalls(observer, symbols, begin, diagnosis);
    findTimers(observer, diagnosis);
    return diagnosis;
}

} // namespace SignalBox::Doctor
