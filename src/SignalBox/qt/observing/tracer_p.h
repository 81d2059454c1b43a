// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/tracebuffer_p.h>

#include <QtCore/qglobal.h>
#include <QtCore/qjsonobject.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace SignalBox::detail {

/*!
    Records what the threads of the process do into a trace file. Each thread has a TraceBuffer; a thread of the tracer's own takes
    from all of them and writes. Thread-safe. What is recorded while it is off is dropped.
*/
class Tracer
{
public:
    static bool isOn() noexcept { return s_isOn.load(std::memory_order_relaxed); } // a hint: what comes late is dropped

    /*! Begins the trace that SIGNALBOX_TRACE names. Only the first call does. */
    static void startFromEnvironment();
    /*! Ends the present file and begins another; an empty \a path begins none. False: the file cannot be written, and nothing has changed. */
    static bool setFile(const QString &path);

    /*! Calls tell(object, isOn) now and at each change, until unfollow(). */
    static void follow(void *object, void (*tell)(void *object, bool isOn));
    static void unfollow(void *object) noexcept;

    // --- names: equal arguments give equal names; both throw std::bad_alloc ----------------------

    static TraceName sliceName(const char *category, const QString &name, const QJsonObject &arguments);
    static TraceName counterName(const QString &name);

    // --- what happens on the calling thread ------------------------------------------------------

    /*! The number of a new event: 40 bits, never 0. The first 8 identify the file. */
    static std::uint64_t newEvent() noexcept
    {
        const std::uint32_t number = s_events.fetch_add(1, std::memory_order_relaxed) + 1;
        return std::uint64_t{s_files.load(std::memory_order_relaxed)} << 32 | number;
    }
    /*! Begins an arrow, which ends where enterFlow() is called with the same number: that of an event, and 24 bits. */
    static void leaveFlow(std::uint64_t flow) noexcept;
    static void enterFlow(std::uint64_t flow, std::chrono::steady_clock::time_point time) noexcept;
    static void count(TraceName counter, std::uint64_t value) noexcept;
    static void nameThread(const QString &name) noexcept;

private:
    friend class TraceSlice;
    static TraceBuffer *buffer() noexcept;

    static inline std::atomic<bool> s_isOn = false;
    static inline std::atomic<std::uint8_t> s_files = 0; // files that were begun
    static inline std::atomic<std::uint32_t> s_events = 0;
};

/*! What the thread does from here to the end of the scope. */
class TraceSlice
{
public:
    /*! A name of 0 records nothing. */
    explicit TraceSlice(TraceName name) noexcept
    {
        if (name)
            begin(name, std::chrono::steady_clock::now());
    }
    TraceSlice(TraceName name, std::chrono::steady_clock::time_point time) noexcept
    {
        if (name)
            begin(name, time);
    }
    ~TraceSlice()
    {
        if (m_buffer)
            end(std::chrono::steady_clock::now());
    }
    Q_DISABLE_COPY_MOVE(TraceSlice)

    /*! Ends the slice before the end of the scope. */
    void end(std::chrono::steady_clock::time_point time) noexcept;

private:
    void begin(TraceName name, std::chrono::steady_clock::time_point time) noexcept;

    TraceBuffer *m_buffer = nullptr; // null: not recorded
};

} // namespace SignalBox::detail
