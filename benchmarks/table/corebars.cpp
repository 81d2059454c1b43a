// SPDX-License-Identifier: MIT
#include "bars.h"

#include "barvalues.h"

#include <utility>

namespace SignalBoxBenchmark {

namespace {

const std::string us = "SignalBox";
const std::string raw = "raw";

void addNotifyBars(std::vector<Bar> &bars)
{
    const auto absolute = [&bars](const std::string &count, const std::string &what, double nanoseconds) {
        bars.push_back({what, "<= raw + " + format(nanoseconds, Unit::Time), Unit::Time,
                        difference(timeOf("notify", us, count), timeOf("notify", raw, count)), nanoseconds, "raw",
                        timeOf("notify", raw, count)});
    };
    absolute("0", "notify, no handlers", 1);
    absolute("1", "notify, 1 handler", 2);
    absolute("4", "notify, 4 handlers", 2);

    const auto relative = [&bars](const std::string &count, const std::string &what, double maximum) {
        bars.push_back({what, "<= " + format(maximum, Unit::Ratio) + " raw", Unit::Ratio,
                        quotient(timeOf("notify", us, count), timeOf("notify", raw, count)), maximum, "raw",
                        timeOf("notify", raw, count)});
    };
    relative("16", "notify, 16 handlers", 1.10);
    relative("64", "notify, 64 handlers", 1.10);
    relative("1000", "notify, 1000 handlers", 1.15);
    relative("10000", "notify, 10 000 handlers", 1.10);
}

void addThreadBars(std::vector<Bar> &bars)
{
    bars.push_back({"two threads notifying one registry, 4 handlers: slower thread over alone, over raw's own ratio",
                    "<= 1.15 x", Unit::Ratio,
                    quotient(counterOf("threads", us, "2", "ratio"), counterOf("threads", raw, "2", "ratio")), 1.15,
                    "raw's ratio", counterOf("threads", raw, "2", "ratio"), Unit::Ratio});
    bars.push_back({"notify of 4 while another thread registers and unregisters without pause, over undisturbed",
                    "<= 2 x", Unit::Ratio, counterOf("churn", us, "plain", "ratio"), 2.0, "undisturbed",
                    timeOf("notify", us, "4")});
}

void addRegisterBars(std::vector<Bar> &bars)
{
    const auto add = [&bars](const std::string &count, double maximum) {
        const std::string what = "register + unregister a random one among " + count + ", plain captures";
        const std::string limit = "<= " + format(maximum, Unit::Time);
        bars.push_back({what, limit, Unit::Time, timeOf("register", us, count), maximum, "Boost.Signals2",
                        timeOf("register", "Boost.Signals2", count)});
        bars.push_back({what + ", 8 priorities", limit, Unit::Time, timeOf("register-priorities", us, count), maximum,
                        "Boost.Signals2", timeOf("register-priorities", "Boost.Signals2", count)});
    };
    add("16", 300);
    add("1000", 600);
    add("10000", 900);
}

void addDestructionBars(std::vector<Bar> &bars)
{
    // Shown next to the measurement: the floor of anything that must know that nobody is inside.
    const auto add = [&bars](const std::string &what, const std::string &limit, const std::string &company,
                             Bar::Value value, double maximum) {
        bars.push_back({what + (company == "alone" ? ", alone" : ", while another thread runs"),
                        "<= " + limit + " + " + format(maximum, Unit::Time), Unit::Time, std::move(value), maximum,
                        "one membarrier", timeOf("fence", "membarrier", company)});
    };
    const auto addBoth = [&add](const std::string &what, const std::string &limit,
                                const std::function<Bar::Value(const std::string &company)> &value) {
        add(what, limit, "alone", value("alone"), 400);
        add(what, limit, "busy", value("busy"), 3000);
    };

    // The stricter reading: also what runs beside another thread is held against plain captures alone.
    for (const std::string count : {"16", "1000", "10000"}) {
        addBoth("the same among " + count + " with a capture whose destructor must run at once", "plain",
                [&count](const std::string &company) {
                    return difference(timeOf("destroy", us, "destructor-" + company + '-' + count),
                                      timeOf("destroy", us, "plain-alone-" + count));
                });
    }

    addBoth("clear() of 1000 with destructors pays it once", "plain + 1000 destructors",
            [](const std::string &company) {
                // What the thousand destructors themselves take is what they take in the raw loop's vector.
                const Bar::Value destructors =
                        difference(timeOf("clear", raw, "destructor-alone"), timeOf("clear", raw, "plain-alone"));
                return difference(
                        difference(timeOf("clear", us, "destructor-" + company), timeOf("clear", us, "plain-alone")),
                        destructors);
            });

    addBoth("a GuardSet of 16 guards pays it once", "16 unregister()", [](const std::string &company) {
        return difference(timeOf("guard", us, "set-" + company), timeOf("guard", us, "several-ids-alone"));
    });
}

void addAllocationBars(std::vector<Bar> &bars)
{
    bars.push_back({"allocations per notify", "0", Unit::Count, counterOf("allocations", us, "4", "allocations"), 0,
                    "Boost.Signals2", counterOf("allocations", "Boost.Signals2", "4", "allocations"), Unit::Count});
}

} // namespace

std::vector<Bar> coreBars()
{
    std::vector<Bar> bars;
    addNotifyBars(bars);
    addThreadBars(bars);
    addRegisterBars(bars);
    addDestructionBars(bars);
    addAllocationBars(bars);
    return bars;
}

} // namespace SignalBoxBenchmark
