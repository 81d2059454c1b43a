// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/AsyncRegistry>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <array>
#include <atomic>
#include <cstddef>

struct Message
{
    int number;
};

// What the plugin registers, one handler of each kind.
enum class Kind : std::size_t {
    GuardedInline,
    GuardedOnThread,
    GuardedInPool,
    GuardedLatest,
    OwnedHere,
    OwnedHereLatest,
    OwnedOnThread,
};
inline constexpr std::size_t kindCount = 7;

struct QtHost
{
    SignalBox::AsyncRegistry<Message> *messages;
    QThread *thread;
    QThreadPool *pool;
    std::array<std::atomic<int>, kindCount> calls{};

    void count(Kind kind) { calls.at(static_cast<std::size_t>(kind)).fetch_add(1, std::memory_order_relaxed); }
    int callsOf(Kind kind) const { return calls.at(static_cast<std::size_t>(kind)).load(std::memory_order_relaxed); }
};

// The host unloads the plugin after letGo(), which it calls on the thread that loaded it.
class Plugin
{
public:
    virtual ~Plugin() = default;
    virtual void registerWithGuards(QtHost &host) = 0;
    virtual void registerWithOwners(QtHost &host) = 0;
    virtual void letGo() = 0;
};

Q_DECLARE_INTERFACE(Plugin, "SignalBox.Tests.Plugin")
