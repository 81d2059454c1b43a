// SPDX-License-Identifier: MIT
#include "jsonwriter.h"
#include "reports.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace SignalBox::Doctor {

std::string traceReport(const Diagnosis &diagnosis, Observer &observer, std::uint64_t begin, std::uint64_t until, long process)
{
    const auto microseconds = [](std::uint64_t time) {
        char text[32];
        std::snprintf(text, sizeof text, "%llu.%03u", static_cast<unsigned long long>(time / 1000), unsigned(time % 1000));
        return std::string(text);
    };
    std::string out = "[\n";
    const auto add = [&](const char *phase, std::uint64_t time, long thread, const std::string &rest) {
        if (out.size() > 2)
            out += ",\n";
        out += std::string("{\"ph\":\"") + phase + "\",\"ts\":" + microseconds(time) + ",\"pid\":" + std::to_string(process) + ",\"tid\":"
                + std::to_string(thread) + rest + '}';
    };
    const auto text = [](const std::string &value) { return JsonWriter().value(value).text(); };
    add("M", begin, process, ",\"name\":\"process_name\",\"args\":{\"name\":" + text(diagnosis.program) + '}');
    std::map<pid_t, bool> named;
    for (const Stall &stall : observer.stalls()) {
        if (!named[stall.tid])
            add("M", begin, stall.tid, ",\"name\":\"thread_name\",\"args\":{\"name\":" + text(observer.threadName(stall.tid)) + '}');
        named[stall.tid] = true;
        std::string name = "loop stands still";
        for (const ThreadFinding &thread : diagnosis.threads) {
            for (const StallFinding &finding : thread.stalls) {
                if (finding.thread == observer.threadName(stall.tid) && finding.begin == double(stall.since - std::min(stall.since, begin)) / 1e9
                    && !finding.running.empty())
                    name += ": " + finding.running;
            }
        }
        add("X", stall.since, stall.tid, ",\"dur\":" + microseconds(stall.until - stall.since) + ",\"cat\":\"doctor\",\"name\":" + text(name));
    }
    std::map<ConnectionId, std::string> names;
    for (const CallFinding &call : diagnosis.busiest)
        names[call.id] = "waiting: " + call.text();
    for (const Sample &sample : observer.samples()) {
        if (const auto name = names.find(sample.connection); name != names.end())
            add("C", sample.time, process, ",\"cat\":\"doctor\",\"name\":" + text(name->second) + ",\"args\":{\"calls\":" + std::to_string(sample.waiting) + '}');
    }
    add("i", until, process, ",\"s\":\"p\",\"cat\":\"doctor\",\"name\":" + text(diagnosis.ending));
    return out + "\n]\n";
}

} // namespace SignalBox::Doctor
