// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/tracedirectory_p.h>
#include <SignalBox/qt/observing/tracefile_p.h>
#include <SignalBox/qt/observing/tracetext_p.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qglobal.h>
#include <QtCore/qstring.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace SignalBox::detail {

/*!
    Takes from the buffers of all threads what they have recorded, and writes it to the file, on a thread of its own. Thread-safe. It is
    not destroyed at exit: threads may still record then.
*/
class TraceWriter
{
public:
    static TraceWriter &instance();

    TraceDirectory &directory() noexcept { return m_directory; }
    /*! Ends the present file and begins another; an empty \a path begins none. False: the file cannot be written, and nothing has changed. \a isOn:
        whether threads record. \a files counts the files that were begun, and skips 0. */
    bool setFile(const QString &path, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files);

private:
    struct End;

    TraceWriter() : m_texts(1) {}
    Q_DISABLE_COPY_MOVE(TraceWriter)

    // Writes all that has been recorded.
    void flush() noexcept;

    // --- the rest is called with the mutex -------------------------------------------------------

    bool changeFile(const QString &path, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files);
    void start();
    void stop() noexcept;
    void run() noexcept;
    void writeLast() noexcept;
    void writeAll() noexcept;
    void write(TracedThread &thread);
    void write(TracedThread &thread, const TraceRecord &record);
    void nameThread(TracedThread &thread);
    const QByteArray &text(TraceName name);
    void beginFile();
    void writeChunk();
    void appendChunk();
    void changeFiles();
    void giveUp(const QString &reason);

    TraceDirectory m_directory; // its mutex is taken after the next one

    std::mutex m_mutex; // guards the rest
    std::condition_variable m_changed;
    std::unique_ptr<TraceFile> m_file; // null: off
    QString m_path; // as it was asked for, without symbolic links
    std::atomic<bool> *m_isOn = nullptr;
    std::vector<TracedThread> m_threads;
    std::vector<QByteArray> m_texts; // by TraceName
    TraceText m_chunk;
    QString m_problem; // to be logged, when the mutex is free
    std::int64_t m_lastTime = std::numeric_limits<std::int64_t>::max(); // of the file
    std::thread m_thread;
    qint64 m_process = 0;
    bool m_isStopped = false;
};

} // namespace SignalBox::detail
