// SPDX-License-Identifier: MIT
#pragma once

#include "../record.h"

#include <time.h>

// The program's side of the record. Everything here is thread-safe.

class QObject;
struct QMetaObject;

namespace SignalBox::Doctor {

// Null until the record is there, and again in a child process that was forked.
extern Record *record;

inline std::uint64_t now()
{
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::uint64_t(time.tv_sec) * 1'000'000'000u + std::uint64_t(time.tv_nsec);
}

// Of the calling thread; made when it is first asked for. There is always one: beyond the capacity, threads share the last.
extern thread_local constinit Thread *ownThread;
Thread &makeThisThread();
inline Thread &thisThread()
{
    return ownThread ? *ownThread : makeThisThread();
}

// What makes connections one.
struct ConnectionKey
{
    std::uint64_t code;
    std::uint64_t slot; // method, and kind of slot
    std::uint64_t signal;
    std::uint64_t classes;

    bool operator==(const ConnectionKey &) const = default;
};

std::uint64_t hashOf(const char *text);
std::uint64_t hashOf(const Frames &frames);

// Null if there is none yet.
Connection *findConnection(const ConnectionKey &key);
// One with this key and nothing else, which nobody else sees; null if there is no room. Returns with a lock that publish() lets go.
Connection *beginConnection(const ConnectionKey &key);
void publish(Connection *connection);

inline ConnectionId idOf(const Connection *connection)
{
    return ConnectionId(connection - record->connections.data());
}

// The first name that it is told, which is not empty, stays.
void nameReceiver(Connection &connection, const char *name);

// The texts and modules are written with that lock.
TextId addText(const char *text);
void addModuleOf(std::uint64_t address);
void addModulesOf(const Frames &frames);

Timer *addTimer(QObject *receiver);

// Who calls the caller, and from where.
void readFrames(Frames &frames, std::size_t most = maximumFrames);

} // namespace SignalBox::Doctor
