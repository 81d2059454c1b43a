// SPDX-License-Identifier: MIT
#include "reports.h"

#include <cstdio>
#include <sstream>

namespace SignalBox::Doctor {

namespace {

using Lines = std::vector<std::string>;

// A sentence's begin.
std::string capital(std::string text)
{
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = char(text[0] - 'a' + 'A');
    return text;
}

std::string times(std::size_t count)
{
    return count == 1 ? "once" : grouped(count) + " times";
}

// Where a place with a line lies.
std::string within(const Place &place)
{
    return place.hasLine() && !place.function.empty() && place.function != "operator()" ? " in " + place.function : "";
}

std::string numbersOf(const CallFinding &call)
{
    std::string text = grouped(call.calls) + " calls";
    if (call.peakRate > 0)
        text += " (" + grouped(call.peakRate) + "/s at most)";
    return text + ", " + grouped(call.mostWaiting) + " waited at most, the oldest for " + duration(call.oldest) + ", in " + size(call.bytes());
}

std::string running(const StallFinding &stall)
{
    std::string text = stall.running.empty() ? "it is not known what ran" : "while this ran: " + stall.running;
    if (stall.share > 0 && stall.share < 100)
        text += " (" + std::to_string(stall.share) + " % of the time)";
    if (stall.place.isKnown())
        text += ", in " + (stall.place.function.empty() ? stall.place.text() : stall.place.function + (stall.place.hasLine() ? " at " + stall.place.text() : ""));
    return text;
}

// What each finding has to say in the ten lines: one line to three.
std::vector<Lines> summaries(const Diagnosis &diagnosis)
{
    std::vector<Lines> all;
    for (const DeadlockFinding &deadlock : diagnosis.deadlocks) {
        Lines lines;
        if (deadlock.isCircle)
            lines.push_back(deadlock.waits.size() == 1 ? "DEADLOCK " + deadlock.waits[0].thread + " waits for itself"
                                                       : "DEADLOCK " + std::to_string(deadlock.waits.size()) + " threads wait for each other in blocking calls");
        else
            lines.push_back("DEADLOCK " + deadlock.waits[0].thread + " waits in a blocking call to a thread without an event loop");
        for (std::size_t i = 0; i < deadlock.waits.size() && i < 2; ++i)
            lines.push_back(deadlock.waits[i].thread + " in " + deadlock.waits[i].call.text());
        all.push_back(lines);
    }
    for (const CallFinding &call : diagnosis.floods)
        all.push_back({"FLOOD    " + call.text(), numbersOf(call),
                       "instead: " + remediesOf(call).front().text.substr(0, remediesOf(call).front().text.find('\n'))});
    for (const ThreadFinding &thread : diagnosis.threads) {
        const StallFinding &worst = thread.stalls.front();
        all.push_back({"STALL    " + thread.thread + "'s event loop stood still for " + duration(thread.longest) + " (" + times(thread.stalls.size())
                               + (thread.stalls.size() > 1 ? ", " + duration(thread.together) + " together" : "")
                               + (worst.isOpen ? "; still, when the program ended" : "") + ')',
                       running(worst)});
    }
    for (const CallFinding &call : diagnosis.lost)
        all.push_back({"LOST     " + call.text(), grouped(call.receiverDied) + " of " + grouped(call.calls) + " calls were dropped: their receiver died before"});
    for (const TimerFinding &timer : diagnosis.timers)
        all.push_back({"SPIN     a timer of 0 ms, " + timer.receiver + (timer.receiverName.empty() ? "" : " \"" + timer.receiverName + '"')
                               + (timer.parent.empty() ? "" : " of a " + timer.parent) + ", keeps " + timer.thread + " busy",
                       "it fired " + grouped(timer.fired) + " times, " + grouped(std::uint64_t(timer.rate)) + "/s"});
    for (const CallFinding &call : diagnosis.direct)
        all.push_back({"DIRECT   " + call.text(), "its slot ran " + times(call.calls) + " on " + call.posterThread + ", where its receiver does not live"});
    return all;
}

void addCall(std::ostringstream &out, const CallFinding &call)
{
    out << "  " << call.text() << '\n';
    out << "    " << numbersOf(call) << "; " << grouped(call.bytesPerCall) << " bytes each, without what they point to\n";
    if (call.connected.isKnown())
        out << "    " << (call.kind == CallKind::Invoked ? "invoked at " : "connected at ") << call.connected.text()
            << within(call.connected) << '\n';
    if (call.emitted.isKnown() && call.kind != CallKind::Invoked)
        out << "    emitted at " << call.emitted.text() << within(call.emitted) << '\n';
    out << "    from " << call.posterThread << (call.receiverThread.empty() ? "" : " to " + call.receiverThread) << '\n';
    if (!call.senderName.empty() || !call.receiverName.empty())
        out << "    objects: " << (call.senderName.empty() ? "" : '"' + call.senderName + "\" -> ") << '"' << call.receiverName << "\"\n";
    if (call.isBlocking)
        out << "    blocking: " << duration(call.longestBlocked) << " at most, " << duration(call.blocked) << " together\n";
    if (call.receiverDied + call.receiverDiedAtEnd + call.removed > 0)
        out << "    dropped: " << grouped(call.receiverDied) << " with their receiver, " << grouped(call.receiverDiedAtEnd)
            << " the same way at the program's end, " << grouped(call.removed) << " by removePostedEvents() or with their thread\n";
}

void addRemedies(std::ostringstream &out, const CallFinding &call)
{
    for (const Remedy &remedy : remediesOf(call)) {
        out << "    " << remedy.why << ":\n";
        std::istringstream lines(remedy.text);
        for (std::string line; std::getline(lines, line);)
            out << "        " << line << '\n';
    }
}

void addStalls(std::ostringstream &out, const ThreadFinding &thread)
{
    out << "  " << capital(thread.thread) << ": " << times(thread.stalls.size()) << ", " << duration(thread.together) << " together\n";
    std::size_t shown = 0;
    for (const StallFinding &stall : thread.stalls) {
        if (++shown > 10) {
            out << "    and " << grouped(thread.stalls.size() - 10) << " shorter ones\n";
            break;
        }
        out << "    " << duration(stall.duration) << ", " << duration(stall.begin) << " after the start";
        if (!stall.running.empty())
            out << ", " << running(stall);
        if (stall.delayed >= 0.001)
            out << "; it waited " << duration(stall.delayed) << " more for a processor";
        out << '\n';
        if (shown > 3 || stall.stacks.empty())
            continue;
        std::size_t depth = 0;
        for (const Place &place : stall.stacks.front()) {
            if (++depth > 25) {
                out << "        ...\n";
                break;
            }
            out << "        " << (place.function.empty() ? place.module : place.function) << (place.hasLine() ? "  " + place.text() : "") << '\n';
        }
    }
}

} // namespace

std::string grouped(std::uint64_t number)
{
    std::string text = std::to_string(number);
    for (auto place = std::ptrdiff_t(text.size()) - 3; place > 0; place -= 3)
        text.insert(std::size_t(place), 1, ' ');
    return text;
}

std::string duration(double seconds)
{
    char text[32];
    if (seconds >= 0.9995)
        std::snprintf(text, sizeof text, "%.*f s", seconds >= 9.95 ? 0 : 1, seconds);
    else
        std::snprintf(text, sizeof text, "%.*f ms", seconds >= 0.00995 ? 0 : 1, seconds * 1000);
    return text;
}

std::string size(std::uint64_t bytes)
{
    char text[32];
    if (bytes < 1000)
        std::snprintf(text, sizeof text, "%u bytes", unsigned(bytes));
    else if (bytes < 1'000'000)
        std::snprintf(text, sizeof text, "%.*f kB", bytes < 9950 ? 1 : 0, double(bytes) / 1e3);
    else
        std::snprintf(text, sizeof text, "%.*f MB", bytes < 9'950'000 ? 1 : 0, double(bytes) / 1e6);
    return text;
}

std::string textReport(const Diagnosis &diagnosis)
{
    std::ostringstream out;
    out << "signalbox-doctor: " << diagnosis.program << " ran for " << duration(diagnosis.seconds) << ", " << diagnosis.ending << ": ";
    switch (diagnosis.state) {
    case State::NotStarted:
        out << "it was not watched, since the dynamic linker did not load the doctor's library into it.\n";
        return out.str();
    case State::OtherQt:
        out << "it was not watched: it runs with Qt " << diagnosis.qtVersion << ", and this doctor was built for Qt " DOCTOR_QT_VERSION ".\n";
        return out.str();
    case State::UnknownCode:
        out << "it was not watched: this build of Qt " << diagnosis.qtVersion << " begins its functions in a way that the doctor does not know.\n";
        return out.str();
    case State::Recording:
        break;
    }
    if (diagnosis.count() == 0) {
        out << (diagnosis.hasApplication ? "healthy" : "nothing to tell, no event was delivered") << ".\n  " << grouped(diagnosis.queuedCalls) << " queued calls";
        std::uint64_t most = 0;
        for (const CallFinding &call : diagnosis.busiest)
            most = std::max(most, call.mostWaiting);
        out << ", at most " << grouped(most) << " waiting; no loop stood still.\n";
    } else {
        constexpr std::size_t room = 9; // lines, below the first
        const std::vector<Lines> all = summaries(diagnosis);
        out << all.size() << (all.size() == 1 ? " illness" : " illnesses") << ".\n";
        std::size_t used = 0, shown = 0;
        for (const Lines &lines : all) {
            const bool isLast = shown + 1 == all.size();
            if (used + lines.size() + (isLast ? 0 : 1) > room && shown > 0)
                break;
            for (std::size_t i = 0; i < lines.size(); ++i)
                out << (i == 0 ? "  " : "           ") << lines[i] << '\n';
            used += lines.size();
            ++shown;
        }
        if (shown < all.size())
            out << "  and " << all.size() - shown << " more: see below\n";
    }

    out << "\nDetails\n";
    if (!diagnosis.floods.empty()) {
        out << "\nFloods: more calls than their thread keeps up with. What to write instead:\n";
        for (const CallFinding &call : diagnosis.floods) {
            addCall(out, call);
            addRemedies(out, call);
        }
    }
    if (!diagnosis.threads.empty()) {
        out << "\nEvent loops that stood still: nothing was painted, and no input taken\n";
        for (const ThreadFinding &thread : diagnosis.threads)
            addStalls(out, thread);
    }
    if (!diagnosis.deadlocks.empty()) {
        out << "\nBlocking calls that wait for each other\n";
        for (const DeadlockFinding &deadlock : diagnosis.deadlocks) {
            for (const DeadlockFinding::Wait &wait : deadlock.waits) {
                out << "  " << capital(wait.thread) << " waits since " << duration(wait.since) << " after the start\n";
                addCall(out, wait.call);
            }
        }
    }
    if (!diagnosis.lost.empty()) {
        out << "\nCalls whose receiver died before they were delivered\n";
        for (const CallFinding &call : diagnosis.lost)
            addCall(out, call);
    }
    if (!diagnosis.direct.empty()) {
        out << "\nDirect connections across threads: the slot runs on a thread that is not its object's\n";
        for (const CallFinding &call : diagnosis.direct) {
            out << "  " << call.text() << '\n';
            if (call.connected.isKnown())
                out << "    connected at " << call.connected.text() << '\n';
            out << "    " << grouped(call.calls) << " calls, on " << call.posterThread << '\n';
        }
    }
    if (!diagnosis.busiest.empty()) {
        out << "\nThe busiest of " << grouped(diagnosis.connections) << " kinds of queued calls\n";
        for (const CallFinding &call : diagnosis.busiest)
            out << "  " << call.text() << "\n    " << numbersOf(call) << '\n';
    }
    if (diagnosis.overflow > 0)
        out << "\n" << grouped(diagnosis.overflow) << " calls are not counted: there are more kinds of them than the doctor has room for.\n";
    return out.str();
}

std::string progressLine(const Observer &observer, std::uint64_t begin, std::uint64_t time)
{
    const Record &record = observer.record();
    std::uint64_t calls = 0, waiting = 0;
    for (std::size_t id = 1; id < observer.traffic().size(); ++id) {
        calls += record.connections[id].posted.load(std::memory_order_relaxed);
        waiting += observer.traffic()[id].waiting;
    }
    double longest = 0;
    for (const Stall &stall : observer.stalls())
        longest = std::max(longest, double(stall.duration()) / 1e9);
    return "signalbox-doctor: " + duration(double(time - begin) / 1e9) + ", " + grouped(calls) + " queued calls, " + grouped(waiting)
            + " waiting" + (longest > 0 ? ", a loop stood still for " + duration(longest) : "")
            + (observer.deadlocks().empty() ? "" : ", threads wait for each other");
}

} // namespace SignalBox::Doctor
