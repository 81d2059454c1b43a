// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracer_p.h>

#include <SignalBox/qt/observing/tracewriter_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qthread.h>

#include <memory>
#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

TraceDirectory &directory()
{
    return TraceWriter::instance().directory();
}

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) noexcept
{
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

std::int64_t now() noexcept
{
    return nanoseconds(std::chrono::steady_clock::now());
}

QString nameOfCurrentThread()
{
    const QThread *const thread = QThread::currentThread();
    if (!thread->objectName().isEmpty())
        return thread->objectName();
    const QCoreApplication *const application = QCoreApplication::instance();
    return application && application->thread() == thread ? QStringLiteral("main") : QString();
}

// Ends a thread's buffer with the thread. What other destructors of the thread record after that is dropped.
struct ThreadEnd
{
    std::shared_ptr<TraceBuffer> buffer;
    ~ThreadEnd();
};

enum class ThreadState : unsigned char { New, Recording, Over };
thread_local TraceBuffer *currentBuffer = nullptr;
thread_local ThreadState currentState = ThreadState::New;

ThreadEnd::~ThreadEnd()
{
    currentState = ThreadState::Over;
    currentBuffer = nullptr;
    if (buffer)
        buffer->endThread();
}

} // namespace

TraceBuffer *Tracer::buffer() noexcept
{
    if (currentState != ThreadState::New)
        return currentBuffer;
    if (!isOn())
        return nullptr;
    try {
        static thread_local ThreadEnd end;
        end.buffer = directory().takeBuffer(now());
        currentState = ThreadState::Recording;
        currentBuffer = end.buffer.get();
        nameThread(nameOfCurrentThread());
    } catch (const std::bad_alloc &) {
        // Tried again with the next record.
    }
    return currentBuffer;
}

void Tracer::startFromEnvironment()
{
    // No static that is initialised by it: what the program does with the message of a failure may come back to here. Sequentially
    // consistent, as it is off every hot path.
    static std::atomic<bool> isStarted = false;
    if (isStarted.exchange(true))
        return;
    if (const QString path = qEnvironmentVariable("SIGNALBOX_TRACE"); !path.isEmpty())
        setFile(path);
}

bool Tracer::setFile(const QString &path)
{
    return TraceWriter::instance().setFile(path, s_isOn, s_files);
}

void Tracer::follow(void *object, void (*tell)(void *, bool))
{
    directory().follow(object, tell);
}

void Tracer::unfollow(void *object) noexcept
{
    directory().unfollow(object);
}

TraceName Tracer::sliceName(const char *category, const QString &name, const QJsonObject &arguments)
{
    return directory().nameOf(QByteArrayLiteral("\"cat\":\"") + category + "\",\"name\":" + TraceDirectory::quoted(name)
                                     + ",\"args\":" + QJsonDocument(arguments).toJson(QJsonDocument::Compact));
}

TraceName Tracer::counterName(const QString &name)
{
    return directory().nameOf("\"name\":" + TraceDirectory::quoted(name));
}

void Tracer::leaveFlow(std::uint64_t flow) noexcept
{
    TraceBuffer *const buffer = Tracer::buffer();
    if (buffer && buffer->isInSlice())
        buffer->add({now(), flow, 0, TraceRecord::Kind::FlowOut});
}

void Tracer::enterFlow(std::uint64_t flow, std::chrono::steady_clock::time_point time) noexcept
{
    TraceBuffer *const buffer = Tracer::buffer();
    const bool beganInThisFile = flow >> 56 == s_files.load(std::memory_order_relaxed);
    if (buffer && beganInThisFile && buffer->isInSlice())
        buffer->add({nanoseconds(time), flow, 0, TraceRecord::Kind::FlowIn});
}

void Tracer::count(TraceName counter, std::uint64_t value) noexcept
{
    if (TraceBuffer *const buffer = counter ? Tracer::buffer() : nullptr)
        buffer->add({now(), value, counter, TraceRecord::Kind::Counter});
}

void Tracer::nameThread(const QString &name) noexcept
{
    if (name.isEmpty())
        return;
    try {
        static thread_local QString last;
        if (last == name)
            return;
        last = name;
        if (TraceBuffer *const buffer = Tracer::buffer())
            buffer->add({now(), 0, directory().nameOf(TraceDirectory::quoted(name)), TraceRecord::Kind::ThreadName});
    } catch (const std::bad_alloc &) {
        // It keeps its number.
    }
}

void TraceSlice::begin(TraceName name, std::chrono::steady_clock::time_point time) noexcept
{
    TraceBuffer *const buffer = Tracer::buffer();
    if (buffer && buffer->begin(nanoseconds(time), name))
        m_buffer = buffer;
}

void TraceSlice::end(std::chrono::steady_clock::time_point time) noexcept
{
    if (TraceBuffer *const buffer = std::exchange(m_buffer, nullptr))
        buffer->end(nanoseconds(time));
}

} // namespace SignalBox::detail
