// SPDX-License-Identifier: MIT
#pragma once

// The shipped protocol headers on Relacy's atomics: a schedule explorer with a C++11 memory model, race and
// leak detection. Relacy replaces global names by macros, which must not reach our headers.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <compare>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <source_location>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#include <relacy/relacy.hpp>
#pragma GCC diagnostic pop
#undef memory_order_relaxed
#undef memory_order_consume
#undef memory_order_acquire
#undef memory_order_release
#undef memory_order_acq_rel
#undef memory_order_seq_cst
#undef new
#undef delete
#undef malloc
#undef calloc
#undef realloc
#undef free
#undef assert
#undef errno

#include <SignalBox/core/registry/registrycore.h>

namespace Model {

using SignalBox::detail::FenceMode;
using SignalBox::detail::MemorySite;

// How one site is weakened, to see that some model fails then.
enum class Weakening {
    None,
    Relaxed, // any order becomes relaxed; a fence disappears
    NotSequential, // seq_cst becomes acquire, release or acquire-release
};

struct Configuration
{
    FenceMode fence = FenceMode::Light;
    Weakening weakening = Weakening::None;
    MemorySite site = MemorySite::AnnounceList;
    unsigned threadsWithoutMemory = 0; // bits: no memory for lists and blocks

    bool isWeakened(MemorySite which) const { return weakening != Weakening::None && which == site; }
};
inline Configuration configuration;

// A thread stands still for some steps before one of its operations at a site: random schedules hardly ever let others take
// many steps meanwhile.
template <class Site>
struct Pause
{
    unsigned thread = 0;
    Site site{};
    unsigned operationsBefore = 0; // of that thread, at that site
    unsigned steps = 0;
};
template <class Site>
inline std::array<Pause<Site>, 2> pauses;

template <class Site>
void pauseBefore(Site site)
{
    for (Pause<Site> &pause : pauses<Site>) {
        if (pause.steps == 0 || pause.site != site || pause.thread != rl::thread_index())
            continue;
        if (pause.operationsBefore > 0) {
            --pause.operationsBefore;
            continue;
        }
        while (pause.steps > 0) {
            --pause.steps;
            rl::ctx().sched(); // and not yield(), after which a load of Relacy's sees the newest value
        }
    }
}

inline void setOutOfMemory(bool isOut)
{
    const unsigned bit = 1U << rl::thread_index();
    configuration.threadsWithoutMemory = isOut ? configuration.threadsWithoutMemory | bit
                                               : configuration.threadsWithoutMemory & ~bit;
}

enum class Access { Load, Store, Exchange };

inline rl::memory_order toRelacy(std::memory_order order, Access access)
{
    switch (order) {
    case std::memory_order_relaxed:
        return rl::mo_relaxed;
    case std::memory_order_consume:
    case std::memory_order_acquire:
        return access == Access::Store ? rl::mo_relaxed : rl::mo_acquire;
    case std::memory_order_release:
        return access == Access::Load ? rl::mo_relaxed : rl::mo_release;
    case std::memory_order_acq_rel:
        return access == Access::Load ? rl::mo_acquire : access == Access::Store ? rl::mo_release : rl::mo_acq_rel;
    case std::memory_order_seq_cst:
        return rl::mo_seq_cst;
    }
    return rl::mo_seq_cst;
}

// std::atomic's face on rl::atomic. Pointers are kept as numbers: rl::atomic knows no pointers to const.
template <class T>
class Atomic
{
    using Stored = std::conditional_t<std::is_pointer_v<T>, std::uintptr_t, T>;

public:
    Atomic() : Atomic(T{}) {}
    Atomic(T value) { m_value.store(toStored(value), rl::mo_relaxed, $); }
    Atomic(const Atomic &) = delete;
    Atomic &operator=(const Atomic &) = delete;

    T load(std::memory_order order) const { return fromStored(m_value.load(toRelacy(order, Access::Load), $)); }
    void store(T value, std::memory_order order) { m_value.store(toStored(value), toRelacy(order, Access::Store), $); }
    T exchange(T value, std::memory_order order)
    {
        return fromStored(m_value.exchange(toStored(value), toRelacy(order, Access::Exchange), $));
    }
    T fetch_add(T value, std::memory_order order) { return m_value.fetch_add(value, toRelacy(order, Access::Exchange), $); }
    T fetch_sub(T value, std::memory_order order) { return m_value.fetch_sub(value, toRelacy(order, Access::Exchange), $); }
    T fetch_or(T value, std::memory_order order) { return m_value.fetch_or(value, toRelacy(order, Access::Exchange), $); }
    T fetch_and(T value, std::memory_order order) { return m_value.fetch_and(value, toRelacy(order, Access::Exchange), $); }

    bool compare_exchange_strong(T &expected, T desired, std::memory_order success,
                                 std::memory_order failure = std::memory_order_relaxed)
    {
        Stored stored = toStored(expected);
        const bool done = m_value.compare_exchange_strong(stored, toStored(desired), toRelacy(success, Access::Exchange),
                                                          $, failureOrder(success, failure), $);
        expected = fromStored(stored);
        return done;
    }
    bool compare_exchange_weak(T &expected, T desired, std::memory_order success,
                               std::memory_order failure = std::memory_order_relaxed)
    {
        Stored stored = toStored(expected);
        const bool done = m_value.compare_exchange_weak(stored, toStored(desired), toRelacy(success, Access::Exchange), $,
                                                        failureOrder(success, failure), $);
        expected = fromStored(stored);
        return done;
    }

private:
    static Stored toStored(T value)
    {
        if constexpr (std::is_pointer_v<T>)
            return reinterpret_cast<std::uintptr_t>(value);
        else
            return value;
    }
    static T fromStored(Stored stored)
    {
        if constexpr (std::is_pointer_v<T>)
            return reinterpret_cast<T>(stored);
        else
            return stored;
    }
    // Relacy follows C++11, where a failure order must not be stronger than that of success.
    static rl::memory_order failureOrder(std::memory_order success, std::memory_order failure)
    {
        const rl::memory_order load = toRelacy(failure, Access::Load);
        switch (toRelacy(success, Access::Exchange)) {
        case rl::mo_relaxed:
        case rl::mo_release:
            return rl::mo_relaxed;
        case rl::mo_acquire:
        case rl::mo_acq_rel:
            return load == rl::mo_seq_cst ? rl::mo_acquire : load;
        default:
            return load;
        }
    }

    rl::atomic<Stored> m_value;
};

// A plain variable whose unordered use Relacy reports.
class Canary
{
public:
    Canary() { m_alive($) = 1; }
    ~Canary() { m_alive($) = 0; }
    void checkAlive() const
    {
        if (static_cast<int>(m_alive($)) != 1)
            rl::ctx().fail_test("use after destruction", rl::test_result_user_assert_failed, $);
    }

private:
    mutable rl::var<int> m_alive;
};

// Two hazard slots for readers, or one (then nested notifies count instead), and one for writers.
template <int slots>
struct RelacyPlatform
{
    template <class T>
    using Atomic = Model::Atomic<T>;
    using Canary = Model::Canary;
    using Record = SignalBox::detail::HazardRecord<RelacyPlatform>;
    using Domain = SignalBox::detail::HazardDomain<RelacyPlatform>;

    static constexpr int slotCount = slots;
    static constexpr std::uint64_t reclaimInterval = 1; // every change reclaims: more interleavings per step

    static void *allocate(std::size_t bytes)
    {
        if (configuration.threadsWithoutMemory & (1U << rl::thread_index()))
            throw std::bad_alloc();
        return ::operator new(bytes);
    }
    static void deallocate(void *memory) noexcept { ::operator delete(memory); }

    static std::memory_order order(MemorySite site, std::memory_order order)
    {
        pauseBefore(site);
        if (!configuration.isWeakened(site))
            return order;
        if (configuration.weakening == Weakening::Relaxed)
            return std::memory_order_relaxed;
        return order == std::memory_order_seq_cst ? std::memory_order_acq_rel : order;
    }

    static bool usesLightFence() { return configuration.fence == FenceMode::Light; }
    static void lightFence(MemorySite) {} // only a compiler barrier: nothing in the model
    static constexpr std::memory_order lightLoad = std::memory_order_relaxed;
    static void acquireFence(MemorySite site)
    {
        if (!configuration.isWeakened(site))
            rl::atomic_thread_fence(rl::mo_acquire, $);
    }
    static void heavyFence(MemorySite site)
    {
        if (configuration.isWeakened(site))
            return;
        if (configuration.fence == FenceMode::Light)
            rl::systemwide_fence($);
    }

    static Domain &domain() { return world->domain; }
    static Record *currentRecord() { return world->records[rl::thread_index()]; }
    static Record *lightRecord() { return usesLightFence() ? currentRecord() : nullptr; }
    static const void *currentThread() { return &world->records[rl::thread_index()]; }
    static bool borrowRecord()
    {
        if (currentRecord())
            return false;
        Record *record = domain().acquireRecord();
        world->records[rl::thread_index()] = record;
        world->usersOf(record).use();
        return false;
    }
    static void returnRecord()
    {
        Record *record = std::exchange(world->records[rl::thread_index()], nullptr);
        if (!record)
            return;
        world->usersOf(record).use();
        domain().releaseRecord(record);
    }

    static bool wait(const Atomic<std::uint32_t> &word, std::uint32_t expected, std::chrono::steady_clock::time_point)
    {
        // As a futex: sleeps until the word has changed; a lost wake-up is reported as a livelock.
        while (word.load(std::memory_order_relaxed) == expected)
            rl::yield(1, $);
        return true;
    }
    static void wakeAll(const Atomic<std::uint32_t> &) {}

    // Before and after each explored schedule.
    static void begin() { world = new World; }
    static void end()
    {
        Record *records[World::threadLimit] = {};
        int count = 0;
        domain().forEachRecord([&](Record &record) { records[count++] = &record; });
        for (Record *record : records)
            delete record;
        delete std::exchange(world, nullptr);
    }

private:
    // What the successive owners of a record share without further protection.
    class Users
    {
    public:
        Users() { m_count($) = 0; }
        void use() { m_count($) = static_cast<int>(m_count($)) + 1; }
        const Record *record = nullptr;

    private:
        rl::var<int> m_count;
    };
    struct World
    {
        static constexpr int threadLimit = 6;

        Users &usersOf(const Record *record)
        {
            Users *user = users;
            while (user->record && user->record != record)
                ++user;
            user->record = record;
            return *user;
        }
        Domain domain;
        Record *records[threadLimit] = {};
        Users users[threadLimit];
    };
    // Left behind by a schedule that failed; the next one starts with its own.
    static inline World *world = nullptr;
};

} // namespace Model
