// SPDX-License-Identifier: MIT
//
// Each case but CASE_CORRECT is refused by one sentence of the compiler. Compiled by tests/core/wrongorder.cmake.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/RealtimeSource>

#include <array>
#include <string>

struct MayThrow
{
    MayThrow() = default;
    MayThrow(MayThrow &&) noexcept(false) {}
};

// It has no move constructor, so it is copied, and that may throw.
struct Copied
{
    Copied() = default;
    Copied(const Copied &) noexcept(false) {}
};

void makeSources()
{
    using SignalBox::AsyncRegistry;

#if defined(CASE_CORRECT)
    AsyncRegistry<std::string> strings;
    auto source = strings.addRealtimeSource(4);
    source.offer(std::string());
    AsyncRegistry<void> nothing;
    nothing.addRealtimeSource(4).offer();
    AsyncRegistry<MayThrow> posted; // without a source
    posted.post(MayThrow());
#elif defined(CASE_MOVE_MAY_THROW)
    AsyncRegistry<MayThrow> registry;
    auto source = registry.addRealtimeSource(4);
#elif defined(CASE_COPY_IN_PLACE_OF_MOVE_MAY_THROW)
    AsyncRegistry<Copied> registry;
    auto source = registry.addRealtimeSource(4);
#elif defined(CASE_MEMBER_MAY_THROW)
    AsyncRegistry<std::array<MayThrow, 2>> registry;
    auto source = registry.addRealtimeSource(4);
#endif
}
