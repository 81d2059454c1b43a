// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracer_p.h>

#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/tracefile_p.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qfileinfo.h>
#include <QtCore/qhash.h>
#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

// The format is Chrome's: an array of objects, "Trace Event Format", which Perfetto and Qt Creator read.

namespace SignalBox::detail {

namespace {

constexpr std::chrono::milliseconds writeInterval(100);
constexpr qsizetype mostChunkBytes = 1024 * 1024;

std::int64_t nanoseconds(std::chrono::steady_clock::time_point time) noexcept
{
    return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

std::int64_t now() noexcept
{
    return nanoseconds(std::chrono::steady_clock::now());
}

QByteArray quoted(const QString &text)
{
    QByteArray array = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2);
}

// A buffer and the thread that has it, or had it last, as the writer knows them.
struct TracedThread
{
    std::shared_ptr<TraceBuffer> buffer;
    bool isIdle = false; // nobody had it when the writer looked last
    std::uint64_t number = 0;
    TraceName name = 0;
    bool isNamed = false;        // in this file
    std::vector<TraceName> open; // slices
    std::int64_t lastTime = 0;
};

QString nameOfCurrentThread()
{
    const QThread *const thread = QThread::currentThread();
    if (!thread->objectName().isEmpty())
        return thread->objectName();
    const QCoreApplication *const application = QCoreApplication::instance();
    return application && application->thread() == thread ? QStringLiteral("main") : QString();
}

class Writer
{
public:
    // Not destroyed at exit: threads may still record then.
    static Writer &instance()
    {
        static auto *const writer = new Writer;
        return *writer;
    }

    bool setFile(const QString &given, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files)
    {
        // The next half goes beside it, wherever the program works then.
        const QString path = given.isEmpty() ? QString() : QFileInfo(given).absoluteFilePath();
        bool isDone = false;
        QString problem;
        {
            const std::lock_guard lock(m_fileMutex);
            isDone = changeFile(path, isOn, files);
            problem = std::exchange(m_problem, QString());
        }
        log(problem);
        return isDone;
    }

    // All that has been recorded is in the file when this returns.
    void flush() noexcept
    {
        const std::lock_guard lock(m_fileMutex);
        if (m_process == QCoreApplication::applicationPid())
            writeLast();
    }

    void follow(void *object, void (*tell)(void *, bool))
    {
        const std::lock_guard lock(m_mutex);
        m_followers.emplace(object, tell);
        if (m_isRecording)
            tell(object, true);
    }
    void unfollow(void *object) noexcept
    {
        const std::lock_guard lock(m_mutex);
        m_followers.erase(object);
    }

    TraceName nameOf(const QByteArray &json)
    {
        const std::lock_guard lock(m_mutex);
        const auto place = m_names.constFind(json);
        if (place != m_names.cend())
            return *place;
        m_newTexts.push_back(json);
        return *m_names.insert(json, ++m_lastName);
    }

    // For the calling thread. One that another thread has left is used again, also if the writer has not got to that: else threads
    // that come faster than it looks would have one each.
    std::shared_ptr<TraceBuffer> takeBuffer()
    {
        const std::lock_guard lock(m_mutex);
        for (const std::shared_ptr<TraceBuffer> &buffer : m_buffers) {
            if (buffer->isFree() && buffer->beginThread(now(), m_threadCount + 1)) {
                ++m_threadCount;
                return buffer;
            }
        }
        auto buffer = std::make_shared<TraceBuffer>();
        m_buffers.reserve(m_buffers.size() + 1);
        m_newThreads.push_back({.buffer = buffer, .open = {}});
        m_buffers.push_back(buffer);
        buffer->beginThread(now(), ++m_threadCount);
        return buffer;
    }

private:
    // Ends the thread when the program ends, or this library is unloaded.
    struct End
    {
        ~End() { instance().stop(); }
    };

    Writer() : m_pid(QByteArray::number(QCoreApplication::applicationPid())), m_texts(1) {}

    // Without a mutex: what a program does with messages may post them, or make a registry.
    static void log(const QString &problem) noexcept
    {
        try {
            if (!problem.isEmpty())
                qCWarning(loggingCategory).noquote() << problem;
        } catch (...) {
            // Neither a lack of memory nor a message handler of the program ends the thread.
        }
    }

    // The rest is called with the file's mutex.

    bool changeFile(const QString &path, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files)
    {
        std::unique_ptr<TraceFile> next;
        const QString target = TraceFile::withoutLinks(path);
        if (m_file && m_path == target)
            return true;
        if (!path.isEmpty()) {
            next = std::make_unique<TraceFile>();
            if (!next->open(target)) {
                m_problem =
                        QStringLiteral("SignalBox::setTraceFile(): \"%1\" cannot be written: %2; nothing was changed")
                                .arg(path, next->problem());
                return false;
            }
        }
        writeLast();
        if (next && ++files == 0)
            ++files;
        const bool wasOn = isOn.exchange(next != nullptr, std::memory_order_relaxed);
        m_isOn = &isOn;
        m_file = std::move(next);
        m_path = target;
        for (TracedThread &thread : m_threads)
            thread.open.clear();
        if (m_file) {
            beginFile();
            start();
        }
        if (wasOn != (m_file != nullptr))
            tellFollowers();
        return true;
    }

    void start()
    {
        if (m_thread.joinable())
            return;
        static const End end;
#ifdef Q_OS_LINUX
        std::at_quick_exit([] { instance().flush(); });
#endif
        m_process = QCoreApplication::applicationPid();
        m_thread = std::thread([this] { run(); });
    }

    void stop() noexcept
    {
        if (m_process != QCoreApplication::applicationPid()) { // a fork: the thread is not here
            m_thread.detach();
            return;
        }
        {
            const std::lock_guard lock(m_fileMutex);
            m_isStopped = true;
        }
        m_changed.notify_one();
        m_thread.join();
        const std::lock_guard lock(m_fileMutex);
        writeLast();
        m_isOn->store(false, std::memory_order_relaxed);
        m_file.reset();
    }

    void run() noexcept
    {
        std::unique_lock lock(m_fileMutex);
        while (!m_isStopped) {
            m_changed.wait_for(lock, writeInterval);
            writeAll();
            if (m_problem.isEmpty())
                continue;
            const QString problem = std::exchange(m_problem, QString());
            lock.unlock();
            log(problem);
            lock.lock();
        }
    }

    void tellFollowers() noexcept
    {
        const std::lock_guard lock(m_mutex);
        m_isRecording = m_file != nullptr;
        for (const auto &[object, tell] : m_followers)
            tell(object, m_isRecording);
    }

    void takeThreads()
    {
        const std::lock_guard lock(m_mutex);
        m_threads.insert(m_threads.end(), m_newThreads.cbegin(), m_newThreads.cend());
        m_newThreads.clear();
    }
    // Those that nobody has used for a whole interval.
    void dropIdleBuffers()
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_threads, [this](TracedThread &thread) {
            const bool wasIdle = std::exchange(thread.isIdle, thread.buffer->isFree() && thread.buffer->isEmpty());
            if (!wasIdle || !thread.isIdle)
                return false;
            std::erase(m_buffers, thread.buffer);
            return true;
        });
    }
    // A name is among the new ones before a record has it.
    const QByteArray &text(TraceName name)
    {
        if (name >= m_texts.size()) {
            const std::lock_guard lock(m_mutex);
            m_texts.insert(m_texts.end(), m_newTexts.cbegin(), m_newTexts.cend());
            m_newTexts.clear();
        }
        return m_texts[name];
    }

    // What was recorded up to now, and what is recorded meanwhile belongs to the next file. Twice: where an arrow ended was recorded
    // after its beginning, but that may lie in a buffer that was looked at before.
    void writeLast() noexcept
    {
        m_lastTime = now();
        writeAll();
        writeAll();
        m_lastTime = std::numeric_limits<std::int64_t>::max();
    }

    // A lack of memory ends the trace as a full disk does.
    void writeAll() noexcept
    {
        try {
            takeThreads();
            for (TracedThread &thread : m_threads)
                write(thread);
            dropIdleBuffers();
            writeChunk();
        } catch (const std::bad_alloc &) {
            m_isOn->store(false, std::memory_order_relaxed);
            m_file.reset();
            tellFollowers();
        }
    }

    void write(TracedThread &thread)
    {
        thread.buffer->take([&](const TraceRecord &record) {
            if (record.time > m_lastTime)
                return false;
            write(thread, record);
            return true;
        });
        if (const std::uint64_t dropped = thread.buffer->takeDropped()) {
            beginElement("i", thread, thread.lastTime);
            m_chunk.append(",\"s\":\"t\",\"name\":\"gap\",\"args\":{\"dropped\":")
                    .append(QByteArray::number(quint64(dropped)))
                    .append("}},\n");
        }
    }

    void write(TracedThread &thread, const TraceRecord &record)
    {
        if (record.kind == TraceRecord::Kind::ThreadBegin) {
            thread.number = record.value;
            thread.name = 0;
            thread.isNamed = false;
            thread.open.clear();
            thread.lastTime = 0; // the last thread's clock may be ahead
            return;
        }
        if (!m_file)
            return;
        thread.lastTime = std::max(thread.lastTime, record.time); // clocks of two processors may differ
        if (!thread.isNamed)
            nameThread(thread);
        switch (record.kind) {
        case TraceRecord::Kind::Begin:
            thread.open.push_back(record.name);
            beginSlice(thread, record.name);
            break;
        case TraceRecord::Kind::End:
            if (thread.open.empty())
                return; // it began in another file
            thread.open.pop_back();
            beginElement("E", thread, thread.lastTime);
            m_chunk.append("},\n");
            break;
        case TraceRecord::Kind::FlowOut:
        case TraceRecord::Kind::FlowIn:
            if (thread.open.empty())
                return; // the same
            beginElement(record.kind == TraceRecord::Kind::FlowOut ? "s" : "f\",\"bp\":\"e", thread, thread.lastTime);
            m_chunk.append(",\"cat\":\"delivery\",\"name\":\"delivery\",\"id\":\"")
                    .append(QByteArray::number(quint64(record.value), 16))
                    .append("\"},\n");
            break;
        case TraceRecord::Kind::Counter:
            beginElement("C", thread, thread.lastTime);
            m_chunk.append(',')
                    .append(text(record.name))
                    .append(",\"args\":{\"value\":")
                    .append(QByteArray::number(quint64(record.value)))
                    .append("}},\n");
            break;
        case TraceRecord::Kind::ThreadName:
            thread.name = record.name;
            nameThread(thread);
            break;
        case TraceRecord::Kind::ThreadBegin:
            break; // above
        }
        if (m_chunk.size() >= mostChunkBytes)
            writeChunk();
    }

    void beginElement(const char *phase, const TracedThread &thread, std::int64_t time)
    {
        const QByteArray nanoseconds = QByteArray::number(qint64(time % 1000)).rightJustified(3, '0');
        m_chunk.append("{\"ph\":\"")
                .append(phase)
                .append("\",\"ts\":")
                .append(QByteArray::number(qint64(time / 1000)))
                .append('.')
                .append(nanoseconds)
                .append(",\"pid\":")
                .append(m_pid)
                .append(",\"tid\":")
                .append(QByteArray::number(quint64(thread.number)));
    }
    void beginSlice(const TracedThread &thread, TraceName name)
    {
        beginElement("B", thread, thread.lastTime);
        m_chunk.append(',').append(text(name)).append("},\n");
    }
    // With the first of its records: Qt Creator passes over a name that has no time.
    void nameThread(TracedThread &thread)
    {
        if (thread.name == 0)
            return;
        thread.isNamed = true;
        beginElement("M", thread, thread.lastTime);
        m_chunk.append(",\"name\":\"thread_name\",\"args\":{\"name\":")
                .append(text(thread.name))
                .append("}},\n");
    }
    void beginFile()
    {
        m_chunk.append("{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":")
                .append(m_pid)
                .append(",\"args\":{\"name\":")
                .append(quoted(QCoreApplication::applicationName()))
                .append("}},\n");
        for (TracedThread &thread : m_threads)
            thread.isNamed = false;
    }

    void writeChunk()
    {
        if (!m_file) {
            m_chunk.clear();
            return;
        }
        // Room for the ends of what is open, and for one chunk more.
        if (m_file->size() + m_chunk.size() > TraceFile::mostBytes - 2 * mostChunkBytes)
            changeFiles();
        else
            appendChunk();
    }
    void appendChunk()
    {
        if (!m_file->append(std::exchange(m_chunk, QByteArray())))
            giveUp(m_file->problem());
    }
    // The slices that are open end in the one and begin in the next.
    void changeFiles()
    {
        for (const TracedThread &thread : m_threads) {
            for (std::size_t i = 0; i < thread.open.size(); ++i) {
                beginElement("E", thread, thread.lastTime);
                m_chunk.append("},\n");
            }
        }
        appendChunk();
        if (!m_file)
            return;
        if (!m_file->beginNext()) {
            giveUp(m_file->problem());
            return;
        }
        beginFile();
        for (const TracedThread &thread : m_threads) {
            for (const TraceName name : thread.open)
                beginSlice(thread, name);
        }
        appendChunk();
    }

    void giveUp(const QString &reason)
    {
        m_isOn->store(false, std::memory_order_relaxed);
        const std::unique_ptr<TraceFile> file = std::exchange(m_file, nullptr);
        tellFollowers();
        m_problem = QStringLiteral("The trace \"%1\" ends, since it cannot be written: %2").arg(file->name(), reason);
    }

    // What threads ask for. Held for a moment only, so that nobody waits for the disk; taken after the other mutex.
    std::mutex m_mutex;
    std::unordered_map<void *, void (*)(void *, bool)> m_followers;
    bool m_isRecording = false; // as the followers know
    QHash<QByteArray, TraceName> m_names;
    TraceName m_lastName = 0;
    std::vector<QByteArray> m_newTexts;      // that the file's side has not taken
    std::vector<TracedThread> m_newThreads; // the same
    std::vector<std::shared_ptr<TraceBuffer>> m_buffers; // all
    std::uint64_t m_threadCount = 0;

    std::mutex m_fileMutex; // guards the rest
    std::condition_variable m_changed;
    const QByteArray m_pid;
    std::unique_ptr<TraceFile> m_file; // null: off
    QString m_path;                    // as it was asked for, without symbolic links
    std::atomic<bool> *m_isOn = nullptr;
    std::vector<TracedThread> m_threads;
    std::vector<QByteArray> m_texts; // by TraceName
    QByteArray m_chunk;
    QString m_problem;                                                  // to be logged, when the mutex is free
    std::int64_t m_lastTime = std::numeric_limits<std::int64_t>::max(); // of the file
    std::thread m_thread;
    qint64 m_process = 0;
    bool m_isStopped = false;
};

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
        end.buffer = Writer::instance().takeBuffer();
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
    return Writer::instance().setFile(path, s_isOn, s_files);
}

void Tracer::follow(void *object, void (*tell)(void *, bool))
{
    Writer::instance().follow(object, tell);
}

void Tracer::unfollow(void *object) noexcept
{
    Writer::instance().unfollow(object);
}

TraceName Tracer::sliceName(const char *category, const QString &name, const QJsonObject &arguments)
{
    return Writer::instance().nameOf(QByteArrayLiteral("\"cat\":\"") + category + "\",\"name\":" + quoted(name)
                                     + ",\"args\":" + QJsonDocument(arguments).toJson(QJsonDocument::Compact));
}

TraceName Tracer::counterName(const QString &name)
{
    return Writer::instance().nameOf("\"name\":" + quoted(name));
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
            buffer->add({now(), 0, Writer::instance().nameOf(quoted(name)), TraceRecord::Kind::ThreadName});
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
