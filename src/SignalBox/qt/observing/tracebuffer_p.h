// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace SignalBox::detail {

/*! What a slice, counter or thread is called in the trace: its index in the writer's table; 0: nothing. */
using TraceName = std::uint32_t;

struct TraceRecord
{
    enum class Kind : std::uint32_t {
        Begin,   // of a slice
        End,     // of the slice that began last
        FlowOut, // value: the flow
        FlowIn,  // the same
        Counter, // value: what it counts now
        ThreadName,
        ThreadBegin, // value: its number; what follows is that thread's
    };

    std::int64_t time = 0; // steady clock, nanoseconds
    std::uint64_t value = 0;
    TraceName name = 0;
    Kind kind = Kind::End;
};

/*!
    What one thread has recorded and the writer has not taken yet: a ring with one producer, the thread, and one consumer. Nobody
    waits: what finds no room is dropped and counted. The end of a slice has room if its beginning had, so slices stay whole.
    When the thread has ended, another one may have the buffer, also before all has been taken.
*/
class TraceBuffer
{
public:
    TraceBuffer()
        : m_records(std::make_unique_for_overwrite<TraceRecord[]>(capacity))
    {} // a page that is never used costs nothing
    TraceBuffer(const TraceBuffer &) = delete;
    TraceBuffer &operator=(const TraceBuffer &) = delete;

    // --- the thread's ----------------------------------------------------------------------------

    /*! The first of all. False: there is no room. One thread at a time, where isFree(). */
    bool beginThread(std::int64_t time, std::uint64_t number) noexcept
    {
        m_open = 0; // slices that the last thread left open
        const std::uint64_t head = m_head.load(std::memory_order_relaxed);
        m_knownTail = m_tail.load(std::memory_order_acquire); // partner take()
        if (capacity - (head - m_knownTail) < fewestForThread)
            return false;
        m_isFree.store(false, std::memory_order_relaxed); // read under the mutex under which this is called
        write({time, number, 0, TraceRecord::Kind::ThreadBegin});
        return true;
    }
    /*! False: there was no room, and end() must not be called. */
    bool begin(std::int64_t time, TraceName name) noexcept
    {
        if (!hasRoom(m_open + 2))
            return false;
        ++m_open;
        write({time, 0, name, TraceRecord::Kind::Begin});
        return true;
    }
    void end(std::int64_t time) noexcept
    {
        --m_open;
        write({time, 0, 0, TraceRecord::Kind::End});
    }
    void add(const TraceRecord &record) noexcept
    {
        if (hasRoom(m_open + 1))
            write(record);
    }
    /*! Whether a slice is under way. One that was dropped is not. */
    bool isInSlice() const noexcept { return m_open != 0; }
    /*! The thread ends. Only a thread that begins may record here after that. */
    void endThread() noexcept
    {
        // Release: partner isFree(). Weaker: the next thread overwrites the last records.
        m_isFree.store(true, std::memory_order_release);
    }

    // --- anybody's -------------------------------------------------------------------------------

    bool isFree() const noexcept { return m_isFree.load(std::memory_order_acquire); }

    // --- the writer's ----------------------------------------------------------------------------

    bool isEmpty() const noexcept
    {
        return m_tail.load(std::memory_order_relaxed) == m_head.load(std::memory_order_acquire);
    }
    /*! Calls \a take for each record, oldest first, until it returns false: that one stays. */
    template <class Take>
    void take(Take &&take)
    {
        std::uint64_t tail = m_tail.load(std::memory_order_relaxed);
        // Acquire: partner write(). Weaker: a record is read before it is written.
        const std::uint64_t head = m_head.load(std::memory_order_acquire);
        while (tail != head && take(m_records[tail % capacity]))
            ++tail;
        // Release: partner hasRoom(). Weaker: a record is overwritten while it is read.
        m_tail.store(tail, std::memory_order_release);
    }
    std::uint64_t takeDropped() noexcept { return m_dropped.exchange(0, std::memory_order_relaxed); }

private:
    static constexpr std::uint64_t capacity = 16 * 1024; // 384 KiB
    static constexpr std::uint64_t fewestForThread = capacity / 2; // or it would drop what it records soon

    bool hasRoom(std::uint64_t count) noexcept
    {
        const std::uint64_t head = m_head.load(std::memory_order_relaxed);
        if (capacity - (head - m_knownTail) >= count)
            return true;
        m_knownTail = m_tail.load(std::memory_order_acquire); // partner take()
        if (capacity - (head - m_knownTail) >= count)
            return true;
        m_dropped.fetch_add(1, std::memory_order_relaxed);
        return false;
    }
    void write(const TraceRecord &record) noexcept
    {
        const std::uint64_t head = m_head.load(std::memory_order_relaxed);
        m_records[head % capacity] = record;
        m_head.store(head + 1, std::memory_order_release); // partner take()
    }

    const std::unique_ptr<TraceRecord[]> m_records;
    alignas(64) std::atomic<std::uint64_t> m_head = 0;
    std::uint64_t m_knownTail = 0; // the thread's, as the next one
    std::uint64_t m_open = 0;      // slices that have begun: there is room for their ends
    std::atomic<std::uint64_t> m_dropped = 0;
    std::atomic<bool> m_isFree = true;
    alignas(64) std::atomic<std::uint64_t> m_tail = 0;
};

} // namespace SignalBox::detail
