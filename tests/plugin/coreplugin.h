// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/SyncRegistry>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

struct Message
{
    std::uint64_t number;
};

// What the plugin registers, one handler of each kind.
enum class Kind : std::size_t {
    WithDestructor,
    WithoutDestructor,
    OverAligned,
    FunctionPointer,
    Throwing,
    Once,
};
inline constexpr std::size_t kindCount = 6;

struct CoreHost
{
    SignalBox::SyncRegistry<Message> *messages;
    std::array<std::atomic<std::uint64_t>, kindCount> calls{};
    // Called by the first handler, if not null.
    void (*inside)() = nullptr;

    std::atomic<std::uint64_t> &callsOf(Kind kind) { return calls.at(static_cast<std::size_t>(kind)); }
};

// The plugin's functions: "beginPlugin" and "endPlugin".
using BeginPlugin = void(CoreHost *);
using EndPlugin = void();
