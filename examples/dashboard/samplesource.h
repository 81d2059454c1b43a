// SPDX-License-Identifier: MIT
#pragma once

#include "sample.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

// Where samples come from: threads that hand samples to a function until they are stopped. That is all that the rest of the
// program knows of them.
class SampleSource
{
public:
    using Sink = std::function<void(Sample)>;

    SampleSource() = default;
    virtual ~SampleSource();
    Q_DISABLE_COPY_MOVE(SampleSource)

    // The sink is called by several threads at a time.
    virtual void start(Sink sink) = 0;
    // Returns when no thread calls the sink any more.
    void stop();

    virtual QString description() const = 0;

protected:
    // Runs the function on a thread of its own.
    void run(std::function<void()> function);
    // False: time to stop. Else the moment has come.
    bool waitUntil(std::chrono::steady_clock::time_point moment);

private:
    std::vector<std::thread> m_threads;
    std::mutex m_mutex;
    std::condition_variable m_condition;
    bool m_isStopped = false; // guarded by m_mutex
};

// The machine this runs on: one thread per file of /proc, each many times a second.
std::unique_ptr<SampleSource> machineSource(const QString &procRoot);

// Samples of an earlier run, over and over, in their own time.
std::unique_ptr<SampleSource> replaySource(const QList<Sample> &samples, const QString &description);
