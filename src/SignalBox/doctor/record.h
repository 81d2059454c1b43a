// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

// What the preloaded library writes into memory that it shares with signalbox-doctor: as it stands there, so that nothing is lost
// when the program crashes, is killed, or ends without notice. The program only adds; the doctor only reads.
//
// All times are nanoseconds of CLOCK_MONOTONIC, all addresses those of the program.

namespace SignalBox::Doctor {

constexpr std::uint32_t recordVersion = 1;

// How the program finds the memory: a file descriptor that it inherits, by the name of a variable that is gone when main() begins.
constexpr char descriptorVariable[] = "SIGNALBOX_DOCTOR_RECORD";
// What LD_PRELOAD shall be from then on; unset if it was not set.
constexpr char preloadVariable[] = "SIGNALBOX_DOCTOR_PRELOAD";

// A place in the texts; 0 is the empty text.
using TextId = std::uint32_t;
// A place among the connections; 0 is none.
using ConnectionId = std::uint32_t;

enum class CallKind : std::uint32_t {
    Signal, // a queued connection
    Invoked, // QMetaObject::invokeMethod()
    Direct // a direct connection that was called on another thread than its receiver's
};

enum class SlotKind : std::uint32_t {
    Method, // known by name
    MemberFunction, // known by its address
    Functor // known by the address of its slot object's function
};

constexpr std::size_t maximumFrames = 12;
using Frames = std::array<std::uint64_t, maximumFrames>; // the innermost first; 0 ends them

// One for all connections that have signal, slot, the classes of both sides, and the place where they are made in common.
//
// Orders: what is above `posted` is written before the release store of `isReady` and never again; the doctor reads it after its
// acquire load. With less it could read half a name. The counts are relaxed: they order nothing, and the doctor reads each alone.
struct Connection
{
    std::atomic<std::uint32_t> isReady;
    CallKind kind;
    SlotKind slotKind;
    std::uint32_t isBlocking;
    std::uint32_t isSignalOverloaded; // its class has another function of that name
    TextId senderClass;
    TextId senderName; // empty if it lives on another thread than the poster
    TextId signal; // its signature
    TextId receiverClass;
    TextId senderType; // the linkage names of both classes
    TextId receiverType;
    TextId slot; // its signature, of a method
    std::uint32_t bytesPerCall;
    std::uint32_t posterThread; // tids
    TextId posterName; // of that thread
    std::uint64_t code; // the slot's address
    std::uint64_t key[4];
    std::uint64_t firstPost;
    Frames connected; // who connected, empty if that was not seen
    Frames firstPoster; // who posted first

    // Written by posting threads.
    alignas(64) std::atomic<std::uint64_t> posted;
    // One waiting call is timed: its event's address; 0: none, 1: being set.
    alignas(64) std::atomic<std::uint64_t> timedEvent;
    std::atomic<std::uint64_t> timedSince;
    // Written by receiving threads.
    alignas(64) std::atomic<std::uint64_t> done;
    std::atomic<std::uint64_t> receiverDied;
    std::atomic<std::uint64_t> receiverDiedAtEnd; // when the program was ending anyway
    std::atomic<std::uint64_t> removed; // by removePostedEvents(), or with their thread
    std::atomic<std::uint64_t> mostWaiting;
    std::atomic<std::uint64_t> longestAge;
    std::atomic<std::uint64_t> longestBlocked;
    std::atomic<std::uint64_t> blocked; // together
    std::atomic<std::uint32_t> receiverThread;
    std::atomic<TextId> receiverName;
};

// A time in which a thread's loop did not turn.
struct Gap
{
    std::atomic<std::uint64_t> since;
    std::atomic<std::uint64_t> until;
};

// One for each thread that delivers events, or that a blocking call has stopped. Written by that thread, unless said otherwise.
struct alignas(64) Thread
{
    std::atomic<std::uint32_t> tid; // 0: free
    std::atomic<std::uint32_t> generation;
    char name[16]; // when it became this thread's
    std::atomic<std::uint64_t> data; // its QThreadData
    std::atomic<std::uint64_t> loops; // address of an int: its loops that are under way
    std::atomic<std::uint64_t> deliveries; // the same: its events that are being delivered
    std::atomic<std::uint64_t> turns;
    std::atomic<std::uint64_t> busySince; // 0: the loop waits for events, or there is none
    std::atomic<std::uint32_t> connection; // whose call runs
    std::atomic<std::uint32_t> eventType; // of the event that began last
    std::atomic<std::uint64_t> eventClass; // address of its receiver's class's name
    // A blocking call of this thread: to whose QThreadData. waitEvent is cleared by the thread that has done the call.
    std::atomic<std::uint64_t> waitEvent;
    std::atomic<std::uint64_t> waitData;
    std::atomic<std::uint64_t> waitSince;
    std::atomic<std::uint32_t> waitConnection;
    std::atomic<std::uint32_t> gapCount; // the newest are in gaps
    std::array<Gap, 16> gaps;
};

// A timer of 0 ms.
struct Timer
{
    std::atomic<std::uint32_t> isReady; // as in Connection
    std::uint32_t tid;
    TextId receiverClass;
    TextId receiverName;
    TextId parentClass;
    std::uint64_t receiver;
    std::uint64_t firstFired;
    std::atomic<std::uint64_t> fired;
    std::atomic<std::uint64_t> lastFired;
};

struct Module
{
    std::atomic<std::uint32_t> isReady; // as in Connection
    std::uint64_t base; // what is added to the addresses in the file
    char path[512];
};

enum class State : std::uint32_t {
    NotStarted, // the library was not loaded
    OtherQt, // it was, into a program of another Qt, and does nothing
    UnknownCode, // it was, but does not know how this build of Qt begins its functions
    Recording
};

struct Record
{
    static constexpr std::size_t connectionCapacity = 16384;
    static constexpr std::size_t threadCapacity = 512;
    static constexpr std::size_t timerCapacity = 256;
    static constexpr std::size_t moduleCapacity = 1024;
    static constexpr std::size_t textCapacity = 8u << 20;

    std::uint32_t version;
    std::uint32_t stallThreshold; // ms; written by the doctor before the program starts
    std::atomic<State> state;
    std::atomic<std::uint32_t> pid;
    char qtVersion[16];
    std::atomic<std::uint32_t> hasApplication; // a QCoreApplication delivered something
    std::atomic<std::uint32_t> isEnding; // aboutToQuit() was emitted
    std::atomic<std::uint64_t> overflow; // calls of connections for which there was no room
    // How many were begun; the newest may not be ready.
    std::atomic<std::uint32_t> connectionCount;
    std::atomic<std::uint32_t> threadCount;
    std::atomic<std::uint32_t> timerCount;
    std::atomic<std::uint32_t> moduleCount;
    std::atomic<std::uint32_t> textSize;
    std::array<Connection, connectionCapacity> connections; // from 1
    std::array<Thread, threadCapacity> threads;
    std::array<Timer, timerCapacity> timers;
    std::array<Module, moduleCapacity> modules;
    std::array<char, textCapacity> texts; // each ends with 0
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

} // namespace SignalBox::Doctor
