// SPDX-License-Identifier: MIT
#include <fstream> // before Relacy replaces what it needs

#include "../model/relacyplatform.h"
#include "../model/simulation.h"

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

// The litmus tests under Relacy, so that they and their verdicts are checked where there is no GenMC.
//   litmusmodel VERDICTS [iterations]

namespace Model {
namespace {

// The operations whose order is not the one that is written.
std::map<std::string, std::memory_order, std::less<>> weakened;

std::memory_order chosen(std::string_view site, std::memory_order order)
{
    const auto found = weakened.find(site);
    return found == weakened.end() ? order : found->second;
}

// As a plain int of C, whose unordered use Relacy reports.
class Plain
{
public:
    Plain(int value = 0) { m_value($) = value; }
    Plain(const Plain &) = delete;
    Plain &operator=(const Plain &other) { return *this = static_cast<int>(other); }
    Plain &operator=(int value)
    {
        m_value($) = value;
        return *this;
    }
    operator int() const { return m_value($); }

private:
    mutable rl::var<int> m_value;
};

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;

template <class Test, int threads>
struct Litmus : rl::test_suite<Test, threads>
{
    using plain = Plain;
    using atomic_int = Atomic<int>;

    void before() { test().prepare(); }
    void thread(unsigned index)
    {
        if (index == 0)
            test().thread0();
        else if (index == 1)
            test().thread1();
        else if constexpr (threads > 2)
            test().thread2();
    }
    void after() { test().check(); }

private:
    Test &test() { return static_cast<Test &>(*this); }
};

// The files become the members of a class, one for each variant.
#define LITMUS_RELACY
#define static
#define SITE(name, order) std::memory_order memory_order_##name = std::memory_order_##order
#define assert(condition) RL_ASSERT(condition)
#define load(a, o) (a).load(chosen(#o, memory_order_##o))
#define store(a, v, o) (a).store(v, chosen(#o, memory_order_##o))
#define exchange(a, v, o) (a).exchange(v, chosen(#o, memory_order_##o))
#define add(a, v, o) (a).fetch_add(v, chosen(#o, memory_order_##o))
#define or_(a, v, o) (a).fetch_or(v, chosen(#o, memory_order_##o))
#define cas(a, e, v, o) exchangeIf(a, e, v, chosen(#o, memory_order_##o))
#define fence() rl::atomic_thread_fence(rl::mo_seq_cst, $)

bool exchangeIf(Atomic<int> &word, int expected, int value, std::memory_order order)
{
    return word.compare_exchange_strong(expected, value, order);
}

struct DeepNotify : Litmus<DeepNotify, 2>
{
#include "deepnotify.c"
};
struct DeepNotifyPinAlone : Litmus<DeepNotifyPinAlone, 2>
{
#define PINALONE
#include "deepnotify.c"
#undef PINALONE
};
struct DeepNotifySlot : Litmus<DeepNotifySlot, 2>
{
#define SLOT
#include "deepnotify.c"
#undef SLOT
};
struct DeepCall : Litmus<DeepCall, 2>
{
#include "deepcall.c"
};
struct Retire : Litmus<Retire, 2>
{
#include "retire.c"
};
struct Watch : Litmus<Watch, 2>
{
#include "watch.c"
};
struct HandOver : Litmus<HandOver, 2>
{
#include "handover.c"
};
#undef THREADS
struct Ids : Litmus<Ids, 3>
{
#include "ids.c"
};
struct IdsGiven : Litmus<IdsGiven, 3>
{
#define GIVEN
#include "ids.c"
#undef GIVEN
};
struct IdsStack : Litmus<IdsStack, 3>
{
#define STACK
#include "ids.c"
#undef STACK
};

constexpr Row tests[] = {
        {"deepnotify", &runScenario<DeepNotify>},
        {"deepnotify PINALONE", &runScenario<DeepNotifyPinAlone>},
        {"deepnotify SLOT", &runScenario<DeepNotifySlot>},
        {"deepcall", &runScenario<DeepCall>},
        {"retire", &runScenario<Retire>},
        {"watch", &runScenario<Watch>},
        {"handover", &runScenario<HandOver>},
        {"ids", &runScenario<Ids>},
        {"ids GIVEN", &runScenario<IdsGiven>},
        {"ids STACK", &runScenario<IdsStack>},
};

bool readOrder(std::string_view word, std::memory_order &order)
{
    if (word == "relaxed")
        order = std::memory_order_relaxed;
    else if (word == "acquire")
        order = std::memory_order_acquire;
    else if (word == "acq_rel")
        order = std::memory_order_acq_rel;
    else
        return false;
    return true;
}

// Whether the line's verdict is right; also of one that Relacy cannot judge, and of none.
bool checkLine(const std::string &line, unsigned long iterations)
{
    std::istringstream words(line);
    std::string name;
    std::string word;
    std::string verdict;
    bool isGenmcOnly = false;
    weakened.clear();
    while (words >> word) {
        const std::size_t equals = word.find('=');
        std::memory_order order{};
        if (word == "holds" || word == "fails")
            verdict = word;
        else if (word == "genmc")
            isGenmcOnly = true;
        else if (equals == std::string::npos)
            name += (name.empty() ? "" : " ") + word;
        else if (readOrder(std::string_view(word).substr(equals + 1), order))
            weakened[word.substr(0, equals)] = order;
        else
            verdict = "unknown order";
    }
    if (isGenmcOnly)
        return true;
    const bool holds = runQuietly(rowOf(tests, name), iterations);
    const bool isRight = verdict == (holds ? "holds" : "fails");
    std::cout << (isRight ? "pass " : "FAIL ") << line << std::endl;
    return isRight;
}

} // namespace
} // namespace Model

int main(int argc, char **argv)
{
    std::ifstream verdicts(argc > 1 ? argv[1] : "");
    const unsigned long iterations = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 100000;
    int lines = 0;
    int failures = 0;
    for (std::string line; std::getline(verdicts, line);) {
        if (line.empty() || line[0] == '#')
            continue;
        ++lines;
        failures += !Model::checkLine(line, iterations);
    }
    if (lines == 0)
        std::cerr << "usage: litmusmodel VERDICTS [ITERATIONS]\n";
    return failures != 0 || lines == 0;
}
