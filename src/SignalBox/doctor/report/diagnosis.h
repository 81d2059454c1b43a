// SPDX-License-Identifier: MIT
#pragma once

#include "../watch/observer.h"
#include "../watch/symbols.h"

#include <string>
#include <vector>

namespace SignalBox::Doctor {

// What the doctor found, in words and numbers; the reports differ in form only. Times are seconds.

// A queued connection, an invoked call, or a direct one.
struct CallFinding
{
    ConnectionId id = 0;
    CallKind kind = CallKind::Signal;
    bool isBlocking = false;
    std::string sender; // classes
    std::string senderName;
    std::string signal; // "logged(LogLine)"
    bool isOverloaded = false; // the sender has another function of that name
    std::string receiver;
    std::string receiverName;
    std::string slot; // "lambda in Window::Window()", "Model::append"
    Place slotPlace;
    Place connected; // or where invokeMethod() was called
    Place emitted;
    std::string posterThread;
    std::string receiverThread;
    bool isOfQt = false; // one of Qt's own libraries made it

    std::uint64_t calls = 0;
    std::uint64_t done = 0;
    std::uint64_t mostWaiting = 0;
    std::uint64_t peakRate = 0; // in a second
    std::uint64_t bytesPerCall = 0;
    std::uint64_t receiverDied = 0;
    std::uint64_t receiverDiedAtEnd = 0;
    std::uint64_t removed = 0;
    double oldest = 0;
    double longestBlocked = 0;
    double blocked = 0;

    std::uint64_t bytes() const { return mostWaiting * bytesPerCall; }
    // "Logger::logged(LogLine) -> LinesModel, lambda at queuedsignals.cpp:27"
    std::string text() const;
};

struct StallFinding
{
    std::string thread;
    double begin = 0; // since the program's start
    double duration = 0;
    double delayed = 0;
    bool isOpen = false; // when the program ended
    std::string running; // what ran: a call, an event and its receiver's class
    ConnectionId call = 0; // that call
    int share = 0; // of the looks, in percent
    Place place; // the innermost of the program's own functions
    std::vector<std::vector<Place>> stacks;
};

// All of one thread.
struct ThreadFinding
{
    std::string thread;
    double longest = 0;
    double together = 0;
    std::vector<StallFinding> stalls; // the longest first
};

struct TimerFinding
{
    std::string receiver;
    std::string receiverName;
    std::string parent;
    std::string thread;
    std::uint64_t fired = 0;
    double rate = 0;
};

struct DeadlockFinding
{
    struct Wait
    {
        std::string thread;
        CallFinding call;
        double since = 0;
    };
    std::vector<Wait> waits;
    bool isCircle = true;
};

struct Diagnosis
{
    std::string program;
    std::string ending; // "exit code 0", "killed by signal 9 (Killed)", "still running"
    State state = State::NotStarted;
    bool hasApplication = false;
    std::string qtVersion;
    double seconds = 0;
    std::uint64_t queuedCalls = 0;
    std::uint64_t connections = 0;
    std::uint64_t overflow = 0;

    std::vector<CallFinding> floods; // the worst first, ten at most
    std::vector<ThreadFinding> threads;
    std::vector<DeadlockFinding> deadlocks;
    std::vector<CallFinding> lost; // whose receiver died
    std::vector<CallFinding> direct;
    std::vector<TimerFinding> timers;
    std::vector<CallFinding> busiest; // for the details: the most called, ten at most

    std::size_t count() const { return floods.size() + threads.size() + deadlocks.size() + lost.size() + direct.size() + timers.size(); }
};

// What the program's threads did until `until`, which began at `begin`.
Diagnosis diagnose(Observer &observer, Symbols &symbols, std::uint64_t begin, std::uint64_t until);

// The SignalBox line, or the lines, by which the calls would no longer flood.
struct Remedy
{
    std::string text;
    std::string why; // when it is this one
};
std::vector<Remedy> remediesOf(const CallFinding &call);

} // namespace SignalBox::Doctor
