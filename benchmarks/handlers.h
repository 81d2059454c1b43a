// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

// What every peer is given to call, and how it is called: the same for all of them.

#if defined(__GNUC__) && !defined(__clang__)
#    define SIGNALBOX_BENCHMARK_NOINLINE [[gnu::noinline, gnu::noclone]]
#else
#    define SIGNALBOX_BENCHMARK_NOINLINE [[gnu::noinline]]
#endif

namespace SignalBoxBenchmark {

using Event = int;

// What a handler refers to. Each handler has its own, on its own cache line, and none is ever written: a counter that
// handlers or threads share would be the thing that is measured.
struct alignas(64) Sink
{
    std::uint64_t unused = 0;
};

// The body of every handler: it does nothing, and the compiler cannot know that. Defined in a file of its own.
void consume(Sink *sink, const Event &event);

// The body of every destructor that has to run: as opaque.
void consumeAtDestruction(Sink *sink) noexcept;

// A handler whose capture is trivially destructible.
struct PlainHandler
{
    Sink *sink;

    void operator()(const Event &event) const { consume(sink, event); }
};

// A handler whose capture has a destructor, which a registry must run when the handler goes.
struct OwningHandler
{
    explicit OwningHandler(Sink *theSink) noexcept : sink(theSink) {}
    OwningHandler(OwningHandler &&other) noexcept : sink(other.sink) { other.sink = nullptr; }
    OwningHandler(const OwningHandler &) = default; // std::function wants copies
    OwningHandler &operator=(const OwningHandler &) = delete;
    OwningHandler &operator=(OwningHandler &&) = delete;
    ~OwningHandler()
    {
        if (sink)
            consumeAtDestruction(sink);
    }

    void operator()(const Event &event) const { consume(sink, event); }

    Sink *sink;
};

// One sink for each of `count` handlers.
class Sinks
{
public:
    explicit Sinks(std::size_t count) : m_sinks(std::make_unique<Sink[]>(count)) {}

    Sink *at(std::size_t index) const { return &m_sinks[index]; }

    // Gives the peer `count` plain handlers, each with one of the first sinks.
    template <class Peer>
    void addHandlers(Peer &peer, std::size_t count) const
    {
        for (std::size_t index = 0; index < count; ++index)
            peer.add(PlainHandler{at(index)});
    }

private:
    std::unique_ptr<Sink[]> m_sinks;
};

// Every peer is notified through a function of its own that is not inlined, so that nothing of it can be hoisted out
// of the loop that measures, and every peer pays for the same call.
template <class Peer>
SIGNALBOX_BENCHMARK_NOINLINE void dispatch(Peer &peer, const Event &event)
{
    peer.notify(event);
}

} // namespace SignalBoxBenchmark
