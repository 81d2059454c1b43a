// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

// What the stress programs share. They link no Qt and no test framework, so that everything that runs is
// instrumented when they are built for a sanitizer.
//
// A program is a list of checks, each a function whose name says what must hold. Its arguments, all optional:
//     scale (default 1) of all counts, seed (default: random, printed), names of the checks to run.
// A check that fails ends the process at once with the line that failed: what comes later would only blur it.

namespace Stress {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool underThreadSanitizer = true;
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
inline constexpr bool underThreadSanitizer = true;
#    else
inline constexpr bool underThreadSanitizer = false;
#    endif
#else
inline constexpr bool underThreadSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool underAddressSanitizer = true;
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer)
inline constexpr bool underAddressSanitizer = true;
#    else
inline constexpr bool underAddressSanitizer = false;
#    endif
#else
inline constexpr bool underAddressSanitizer = false;
#endif

inline constexpr bool underSanitizer = underThreadSanitizer || underAddressSanitizer;

[[noreturn]] inline void fail(const char *expression, const char *file, int line)
{
    std::fflush(stdout);
    std::fprintf(stderr, "FAILED %s:%d: %s\n", file, line, expression);
    std::fflush(stderr);
    std::abort();
}

#define STRESS_CHECK(condition) (static_cast<bool>(condition) ? void() : Stress::fail(#condition, __FILE__, __LINE__))

// --- counts and chance ---------------------------------------------------------------------------

inline double countScale = 1;
inline std::uint64_t firstSeed = 0;

// `count` operations, fewer where every one of them takes longer.
inline std::size_t scaled(std::size_t count, std::size_t threadSanitizerDivisor = 8,
                          std::size_t addressSanitizerDivisor = 3)
{
    const std::size_t divisor = underThreadSanitizer ? threadSanitizerDivisor
            : underAddressSanitizer                  ? addressSanitizerDivisor
                                                     : 1;
    const double result = static_cast<double>(count) * countScale / static_cast<double>(divisor);
    return result < 1 ? 1 : static_cast<std::size_t>(result);
}

// SplitMix64 (Steele, Lea, Flood 2014).
class Random
{
public:
    explicit Random(std::uint64_t stream) noexcept : m_state(firstSeed + stream * 0xD1342543DE82EF95U) {}

    std::uint64_t next() noexcept
    {
        std::uint64_t z = (m_state += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    unsigned below(unsigned limit) noexcept { return static_cast<unsigned>((next() >> 32) * limit >> 32); }
    bool oneIn(unsigned n) noexcept { return below(n) == 0; }

private:
    std::uint64_t m_state;
};

// --- threads -------------------------------------------------------------------------------------

inline void relax() noexcept
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

// Wastes a random, short time, so that two threads that start together do not always meet at the same place.
inline void stagger(Random &random, unsigned limit = 64) noexcept
{
    for (unsigned i = random.below(limit); i != 0; --i)
        relax();
}

// Waits for a condition that other threads bring about without waking anybody.
template <class Condition>
void waitUntil(Condition &&condition)
{
    for (unsigned i = 0; !condition(); ++i) {
        if (i < 100)
            relax();
        else
            std::this_thread::yield();
    }
}

// Closed, then open for ever. Blocks without using the processor.
class Gate
{
public:
    void open()
    {
        const std::lock_guard lock(m_mutex);
        m_isOpen = true;
        m_changed.notify_all();
    }
    void wait()
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_isOpen; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isOpen = false;
};

// Lets a fixed number of threads go on together, again and again.
class Barrier
{
public:
    explicit Barrier(unsigned threads) noexcept : m_threads(threads) {}

    void arriveAndWait()
    {
        const unsigned phase = m_phase.load(std::memory_order_relaxed);
        if (m_arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == m_threads) {
            m_arrived.store(0, std::memory_order_relaxed);
            m_phase.store(phase + 1, std::memory_order_release);
        } else {
            waitUntil([&] { return m_phase.load(std::memory_order_acquire) != phase; });
        }
    }

private:
    const unsigned m_threads;
    alignas(64) std::atomic<unsigned> m_arrived{0};
    alignas(64) std::atomic<unsigned> m_phase{0};
};

// Runs body(0) ... body(count - 1) on a thread each, started together, and joins them.
template <class Body>
void runThreads(unsigned count, Body &&body)
{
    Barrier barrier(count);
    std::vector<std::thread> threads;
    threads.reserve(count); // no memory is freed once the bodies run
    for (unsigned index = 0; index < count; ++index) {
        threads.emplace_back([&barrier, &body, index] {
            barrier.arriveAndWait();
            body(index);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
}

// Threads that do something over and over until the object goes.
class Background
{
public:
    template <class Body>
    Background(unsigned count, Body body)
    {
        for (unsigned index = 0; index < count; ++index) {
            m_threads.emplace_back([this, body, index] {
                m_running.fetch_add(1, std::memory_order_relaxed);
                // Yields, so that it slows the others down no more than it has to where processors are few.
                while (!m_isStopped.load(std::memory_order_relaxed)) {
                    for (int i = 0; i < 16; ++i)
                        body(index);
                    std::this_thread::yield();
                }
            });
        }
        waitUntil([&] { return m_running.load(std::memory_order_relaxed) == count; });
    }
    Background(const Background &) = delete;
    Background &operator=(const Background &) = delete;
    ~Background() { stop(); }

    void stop()
    {
        m_isStopped.store(true, std::memory_order_relaxed);
        for (std::thread &thread : m_threads)
            thread.join();
        m_threads.clear();
    }

private:
    std::atomic<bool> m_isStopped{false};
    std::atomic<unsigned> m_running{0};
    std::vector<std::thread> m_threads;
};

// --- objects that know whether they are alive ----------------------------------------------------

// How many canaries there are.
class Population
{
public:
    std::int64_t live() const noexcept { return m_live.load(std::memory_order_acquire); }
    std::int64_t born() const noexcept { return m_born.load(std::memory_order_relaxed); }

private:
    friend class Canary;
    std::atomic<std::int64_t> m_live{0};
    std::atomic<std::int64_t> m_born{0};
};

// Alive from construction to destruction; checkAlive() ends the program at any other time. Its memory is
// plain, so that ThreadSanitizer takes a call that is not ordered before the destruction for the race that it
// is. It also owns memory of its own, so that AddressSanitizer sees a call of a copy that has been freed.
class Canary
{
public:
    explicit Canary(Population &population) : m_cell(new Cell{aliveMark, this}), m_population(&population)
    {
        comeAlive();
    }
    // Throws std::bad_alloc.
    Canary(const Canary &other) : Canary(other.population()) {}
    // The other one stays alive, without memory, until its destruction.
    Canary(Canary &&other) noexcept : m_cell(std::exchange(other.m_cell, nullptr)), m_population(&other.population())
    {
        if (m_cell)
            m_cell->owner = this;
        comeAlive();
    }
    Canary &operator=(const Canary &) = delete;
    ~Canary()
    {
        checkAlive();
        m_mark = deadMark;
        if (m_cell) {
            m_cell->mark = deadMark;
            delete m_cell;
        }
        m_population->m_live.fetch_sub(1, std::memory_order_release);
    }

    void checkAlive() const noexcept
    {
        STRESS_CHECK(m_mark == aliveMark);
        STRESS_CHECK(!m_cell || (m_cell->mark == aliveMark && m_cell->owner == this));
    }

private:
    static constexpr std::uint64_t aliveMark = 0x5EED5EED0A11C0DEU;
    static constexpr std::uint64_t deadMark = 0xDEADDEADDEADDEADU;

    struct Cell
    {
        volatile std::uint64_t mark;
        const Canary *owner;
    };

    Population &population() const noexcept
    {
        checkAlive();
        return *m_population;
    }
    void comeAlive() noexcept
    {
        m_population->m_live.fetch_add(1, std::memory_order_relaxed);
        m_population->m_born.fetch_add(1, std::memory_order_relaxed);
    }

    // Volatile: the compiler must not drop the store of a destructor.
    volatile std::uint64_t m_mark = aliveMark;
    Cell *m_cell;
    Population *m_population;
};

// --- the program ---------------------------------------------------------------------------------

struct Check
{
    const char *name;
    void (*run)();
};

inline int runChecks(int argc, char **argv, std::initializer_list<Check> checks)
{
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    firstSeed = std::random_device{}();
    if (argc > 1)
        countScale = std::strtod(argv[1], nullptr);
    if (argc > 2)
        firstSeed = std::strtoull(argv[2], nullptr, 10);
    const char *const fence = std::getenv("SIGNALBOX_FENCE");
    std::printf("scale %g, seed %llu, fence %s\n", countScale, static_cast<unsigned long long>(firstSeed),
                fence ? fence : "default");
    int run = 0;
    for (const Check &check : checks) {
        bool isWanted = argc <= 3;
        for (int i = 3; i < argc; ++i)
            isWanted |= std::strcmp(argv[i], check.name) == 0;
        if (!isWanted)
            continue;
        const auto start = std::chrono::steady_clock::now();
        std::printf("%s ...\n", check.name);
        check.run();
        const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - start;
        std::printf("%s: passed, %.2f s\n", check.name, duration.count());
        ++run;
    }
    if (run == 0)
        std::fprintf(stderr, "no check of that name\n");
    return run == 0;
}

#define STRESS_NAMED(function) \
    Stress::Check \
    { \
#        function, &function \
    }

} // namespace Stress
