// SPDX-License-Identifier: MIT
#include "jsonwriter.h"
#include "reports.h"

namespace SignalBox::Doctor {

namespace {

void write(JsonWriter &json, const char *name, const Place &place)
{
    if (!place.isKnown())
        return;
    json.key(name).beginObject();
    if (!place.function.empty())
        json.member("function", place.function);
    if (place.hasLine())
        json.member("file", place.file).member("line", place.line);
    json.member("address", place.module).endObject();
}

const char *kindName(CallKind kind)
{
    switch (kind) {
    case CallKind::Signal: return "signal";
    case CallKind::Invoked: return "invokeMethod";
    case CallKind::Direct: break;
    }
    return "direct";
}

void write(JsonWriter &json, const CallFinding &call, bool withRemedies)
{
    json.lineBreak().beginObject();
    json.member("kind", kindName(call.kind)).member("blocking", call.isBlocking);
    if (call.kind != CallKind::Invoked)
        json.member("sender", call.sender).member("senderName", call.senderName).member("signal", call.signal);
    json.member("receiver", call.receiver).member("receiverName", call.receiverName).member("slot", call.slot);
    write(json, "slotPlace", call.slotPlace);
    write(json, call.kind == CallKind::Invoked ? "invoked" : "connected", call.connected);
    write(json, "emitted", call.emitted);
    json.member("posterThread", call.posterThread).member("receiverThread", call.receiverThread);
    json.member("calls", call.calls).member("delivered", call.done).member("mostWaiting", call.mostWaiting).member("peakPerSecond", call.peakRate);
    json.member("oldestSeconds", call.oldest).member("bytesPerCall", call.bytesPerCall).member("bytes", call.bytes());
    json.member("receiverDied", call.receiverDied).member("receiverDiedAtEnd", call.receiverDiedAtEnd).member("removed", call.removed);
    if (call.isBlocking)
        json.member("longestBlockedSeconds", call.longestBlocked).member("blockedSeconds", call.blocked);
    if (withRemedies) {
        json.key("instead").beginArray();
        for (const Remedy &remedy : remediesOf(call))
            json.beginObject().member("code", remedy.text).member("when", remedy.why).endObject();
        json.endArray();
    }
    json.endObject();
}

void write(JsonWriter &json, const char *name, const std::vector<CallFinding> &calls, bool withRemedies = false)
{
    json.lineBreak().key(name).beginArray();
    for (const CallFinding &call : calls)
        write(json, call, withRemedies);
    json.endArray();
}

} // namespace

std::string jsonReport(const Diagnosis &diagnosis)
{
    JsonWriter json;
    json.beginObject().member("program", diagnosis.program).member("ending", diagnosis.ending);
    json.member("watched", diagnosis.state == State::Recording).member("healthy", diagnosis.state == State::Recording && diagnosis.count() == 0);
    json.member("qtVersion", diagnosis.qtVersion).member("seconds", diagnosis.seconds).member("queuedCalls", diagnosis.queuedCalls);
    json.member("kindsOfCalls", diagnosis.connections).member("notCounted", diagnosis.overflow);
    write(json, "floods", diagnosis.floods, true);
    json.lineBreak().key("stalls").beginArray();
    for (const ThreadFinding &thread : diagnosis.threads) {
        json.lineBreak().beginObject().member("thread", thread.thread).member("count", std::uint64_t(thread.stalls.size()));
        json.member("longestSeconds", thread.longest).member("togetherSeconds", thread.together).key("longest").beginArray();
        std::size_t shown = 0;
        for (const StallFinding &stall : thread.stalls) {
            if (++shown > 10)
                break;
            json.lineBreak().beginObject().member("begin", stall.begin).member("seconds", stall.duration).member("waitedForProcessor", stall.delayed);
            json.member("lasting", stall.isOpen).member("running", stall.running).member("percent", stall.share);
            write(json, "place", stall.place);
            json.key("stacks").beginArray();
            for (const std::vector<Place> &stack : stall.stacks) {
                json.beginArray();
                for (const Place &place : stack)
                    json.value((place.function.empty() ? place.module : place.function) + (place.hasLine() ? "  " + place.text() : ""));
                json.endArray();
            }
            json.endArray().endObject();
        }
        json.endArray().endObject();
    }
    json.endArray().lineBreak().key("deadlocks").beginArray();
    for (const DeadlockFinding &deadlock : diagnosis.deadlocks) {
        json.lineBreak().beginObject().member("circle", deadlock.isCircle).key("waits").beginArray();
        for (const DeadlockFinding::Wait &wait : deadlock.waits) {
            json.beginObject().member("thread", wait.thread).member("since", wait.since).key("call");
            write(json, wait.call, false);
            json.endObject();
        }
        json.endArray().endObject();
    }
    json.endArray();
    write(json, "lost", diagnosis.lost);
    write(json, "direct", diagnosis.direct);
    json.lineBreak().key("timers").beginArray();
    for (const TimerFinding &timer : diagnosis.timers) {
        json.beginObject().member("receiver", timer.receiver).member("receiverName", timer.receiverName).member("parent", timer.parent);
        json.member("thread", timer.thread).member("fired", timer.fired).member("perSecond", timer.rate).endObject();
    }
    json.endArray();
    write(json, "busiest", diagnosis.busiest);
    return json.endObject().text() + '\n';
}

} // namespace SignalBox::Doctor
