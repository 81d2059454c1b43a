// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/observing/tracebuffer_p.h>

#include <QtCore/qbytearray.h>
#include <QtCore/qglobal.h>
#include <QtCore/qhash.h>
#include <QtCore/qstring.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace SignalBox::detail {

/*! What the writer knows of a buffer, and of the thread that has it or had it last. */
struct TracedThread
{
    std::shared_ptr<TraceBuffer> buffer;
    bool isIdle = false; // nobody had it when the writer looked last
    std::uint64_t number = 0;
    TraceName name = 0;
    bool isNamed = false; // in this file
    std::vector<TraceName> open; // slices
    std::int64_t lastTime = 0;
};

/*!
    What the threads of the process ask for while a trace is written: names, buffers, and whether there is a trace. Thread-safe. The mutex is
    held for a moment only, so nobody waits for the disk.
*/
class TraceDirectory
{
public:
    TraceDirectory() = default;
    Q_DISABLE_COPY_MOVE(TraceDirectory)

    /*! \a text as a JSON string. */
    static QByteArray quoted(const QString &text);

    /*! Calls tell(object, isRecording) now and at each change, until unfollow(). */
    void follow(void *object, void (*tell)(void *object, bool isRecording));
    void unfollow(void *object) noexcept;
    void setRecording(bool isRecording) noexcept;

    /*! The name for a text; equal texts have equal names. Throws std::bad_alloc. */
    TraceName nameOf(const QByteArray &json);
    /*! A buffer for the calling thread, from \a time on. Throws std::bad_alloc. */
    std::shared_ptr<TraceBuffer> takeBuffer(std::int64_t time);

    // --- for the writer --------------------------------------------------------------------------

    /*! Both add what is new since the last call. */
    void takeThreads(std::vector<TracedThread> &threads);
    void takeTexts(std::vector<QByteArray> &texts);
    /*! Removes threads that have recorded nothing since the last call, if no thread has their buffers. */
    void dropIdle(std::vector<TracedThread> &threads);

private:
    std::mutex m_mutex;
    std::unordered_map<void *, void (*)(void *, bool)> m_followers;
    bool m_isRecording = false; // as the followers know
    QHash<QByteArray, TraceName> m_names;
    TraceName m_lastName = 0;
    std::vector<QByteArray> m_newTexts; // that the writer has not taken
    std::vector<TracedThread> m_newThreads; // the same
    std::vector<std::shared_ptr<TraceBuffer>> m_buffers; // all
    std::uint64_t m_threadCount = 0;
};

} // namespace SignalBox::detail
