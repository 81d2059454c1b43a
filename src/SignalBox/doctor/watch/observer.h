// SPDX-License-Identifier: MIT
#pragma once

#include "../record.h"
#include "capture.h"

#include <map>
#include <string>
#include <vector>

namespace SignalBox::Doctor {

// A time in which a loop did not turn.
struct Stall
{
    pid_t tid = 0;
    std::uint64_t since = 0;
    std::uint64_t until = 0;
    std::uint64_t delayed = 0; // of which the thread waited for a processor
    bool isOpen = false;
    std::map<ConnectionId, unsigned> calls; // which call ran, in how many looks
    unsigned looks = 0;
    unsigned eventType = 0;
    std::string eventClass;
    std::vector<Snapshot> stacks;

    std::uint64_t duration() const { return until - since - std::min(delayed, until - since); }
};

// Threads of which each waits for the next one's call, or one that waits for a thread without a loop; as long as it lasts.
struct Deadlock
{
    struct Wait
    {
        pid_t tid;
        ConnectionId connection;
        std::uint64_t since;
    };
    std::vector<Wait> waits;
    bool isCircle = true;
};

// How many calls of a connection waited, over time.
struct Sample
{
    std::uint64_t time;
    ConnectionId connection;
    std::uint64_t waiting;
};

struct Traffic
{
    std::uint64_t mostWaiting = 0;
    std::uint64_t waiting = 0;
    std::uint64_t peakRate = 0; // calls in the fullest second
    std::uint64_t longestAge = 0; // of calls that still wait, too
};

// Looks at the record while the program runs, and remembers what is not in it: what lasted, and what was when.
class Observer
{
public:
    Observer(Record &record, pid_t process);

    // Every 10 ms. What takes long is looked at less often.
    void look();
    void lookAtAll();
    // The program has ended: what lasts, lasts no longer.
    void finish(std::uint64_t time);

    const Record &record() const { return m_record; }
    Capture &capture() { return m_capture; }
    const std::vector<Stall> &stalls() const { return m_stalls; }
    const std::vector<Deadlock> &deadlocks() const { return m_deadlocks; }
    const std::vector<Sample> &samples() const { return m_samples; }
    const std::vector<Traffic> &traffic() const { return m_traffic; } // by id
    const std::map<std::string, std::uint64_t> &modules() const { return m_modules; }
    // "the main thread", "thread Worker". The name that it had in the record, if it was not seen alive.
    std::string threadName(pid_t tid, const std::string &recorded = {}) const;
    std::string text(TextId id) const { return &m_record.texts[id]; }

private:
    struct Seen
    {
        std::uint32_t generation = 0;
        std::uint32_t gaps = 0;
        std::uint64_t turns = 0;
        std::uint64_t turnSince = 0; // of the present turn
        std::map<ConnectionId, unsigned> calls;
        unsigned looks = 0;
        std::uint64_t delayAtStart = 0;
        std::uint64_t delay = 0;
        std::uint64_t nextStack = 0; // after how long
        std::ptrdiff_t stall = -1; // the one that is open
    };

    void lookAtThread(std::size_t index, std::uint64_t time);
    void takeGap(const Thread &thread, Seen &seen, std::uint64_t since, std::uint64_t until);
    void lookAtTraffic(std::uint64_t time);
    void endSecond(std::uint64_t time); // or what there was of it, at the end
    void lookAtWaits(std::uint64_t time);
    void forgetEndedWaits();
    bool isInLoop(const Thread &thread) const;
    void readModules();
    std::uint64_t readDelay(pid_t tid) const;

    Record &m_record;
    const pid_t m_process;
    Capture m_capture;
    std::vector<Seen> m_seen;
    std::vector<Stall> m_stalls;
    std::vector<Deadlock> m_deadlocks;
    std::vector<Sample> m_samples;
    std::vector<Traffic> m_traffic;
    std::vector<std::uint64_t> m_posted; // a second ago
    std::uint64_t m_secondSince;
    std::uint64_t m_nextTraffic = 0;
    std::size_t m_stacks = 0;
    std::map<std::string, std::uint64_t> m_modules;
    mutable std::map<pid_t, std::string> m_names;
};

} // namespace SignalBox::Doctor
