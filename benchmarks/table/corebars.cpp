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

    // What programs have that use installed libraries.
    for (const std::string level : {"O2", "O3"}) {
        const std::string question = "notify-" + level;
        const auto relative = [&](const std::string &count, const std::string &what, double maximum) {
            bars.push_back({what + ", installed, -" + level, "<= " + format(maximum, Unit::Ratio) + " raw", Unit::Ratio,
                            counterOf(question, us, count, "ratio"), maximum, "raw", counterOf(question, us, count, "raw_ns")});
        };
        relative("16", "notify, 16 handlers", 1.10);
        relative("64", "notify, 64 handlers", 1.10);
        relative("65", "notify, 65 handlers", 1.15);
        relative("1000", "notify, 1000 handlers", 1.15);
        relative("10000", "notify, 10 000 handlers", 1.15);
    }
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

// Over one membarrier of the same process, in the same company: the floor of anything that must know that nobody is inside.
void addDestructionBars(std::vector<Bar> &bars)
{
    for (const std::string company : {"alone", "busy"}) {
        const std::string words = company == "alone" ? ", alone" : ", while another thread runs";
        const Bar::Value membarrier = timeOf("fence", "membarrier", company);
        const auto add = [&](const std::string &what, const std::string &limit, const Bar::Value &added) {
            bars.push_back({what + words, "<= " + limit + " + 1.3 x membarrier", Unit::Ratio, quotient(added, membarrier), 1.3,
                            "one membarrier", membarrier});
        };
        for (const std::string count : {"16", "1000", "10000"}) {
            add("the same among " + count + " with a capture whose destructor must run at once", "plain",
                difference(timeOf("destroy", us, "destructor-" + company + '-' + count),
                           timeOf("destroy", us, "plain-" + company + '-' + count)));
        }
        // What the thousand destructors themselves take is what they take in the raw loop's vector.
        const Bar::Value destructors =
                difference(timeOf("clear", raw, "destructor-" + company), timeOf("clear", raw, "plain-" + company));
        const Bar::Value clear =
                difference(timeOf("clear", us, "destructor-" + company), timeOf("clear", us, "plain-" + company));
        add("clear() of 1000 with destructors pays it once", "plain + 1000 x (destructor + 5 ns)",
            difference(difference(clear, destructors), constant(5000)));
        const Bar::Value guards =
                difference(timeOf("guard", us, "set-" + company), timeOf("guard", us, "several-ids-" + company));
        add("a GuardSet of 16 guards pays it once", "16 x (unregister() + 5 ns)", difference(guards, constant(80)));
    }
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
