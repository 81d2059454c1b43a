// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracewriter_p.h>

#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qfileinfo.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <new>
#include <utility>

namespace SignalBox::detail {

namespace {

constexpr std::chrono::milliseconds writeInterval(100);
constexpr qsizetype mostChunkBytes = 1024 * 1024;

TraceText::Moment momentOf(const TracedThread &thread)
{
    return {thread.lastTime, thread.number};
}

// Without a mutex: what a program does with messages may post them, or make a registry.
void log(const QString &problem) noexcept
{
    try {
        if (!problem.isEmpty())
            qCWarning(loggingCategory).noquote() << problem;
    } catch (...) {
        // Neither a lack of memory nor a message handler of the program ends the thread.
    }
}

} // namespace

// Ends the thread when the program ends, or this library is unloaded.
struct TraceWriter::End
{
    ~End() { instance().stop(); }
};

TraceWriter &TraceWriter::instance()
{
    static auto *const writer = new TraceWriter;
    return *writer;
}

// --- the file ------------------------------------------------------------------------------------

bool TraceWriter::setFile(const QString &given, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files)
{
    // The next half goes beside it, wherever the program works then.
    const QString path = given.isEmpty() ? QString() : QFileInfo(given).absoluteFilePath();
    bool isDone = false;
    QString problem;
    {
        const std::lock_guard lock(m_mutex);
        isDone = changeFile(path, isOn, files);
        problem = std::exchange(m_problem, QString());
    }
    log(problem);
    return isDone;
}

void TraceWriter::flush() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_process == QCoreApplication::applicationPid())
        writeLast();
}

bool TraceWriter::changeFile(const QString &path, std::atomic<bool> &isOn, std::atomic<std::uint8_t> &files)
{
    std::unique_ptr<TraceFile> next;
    const QString target = TraceFile::withoutLinks(path);
    if (m_file && m_path == target)
        return true;
    if (!path.isEmpty()) {
        next = std::make_unique<TraceFile>();
        if (!next->open(target)) {
            m_problem = QStringLiteral("SignalBox::setTraceFile(): \"%1\" cannot be written: %2; nothing was changed").arg(path, next->problem());
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
        m_directory.setRecording(m_file != nullptr);
    return true;
}

void TraceWriter::beginFile()
{
    m_chunk.nameProcess();
    for (TracedThread &thread : m_threads)
        thread.isNamed = false;
}

void TraceWriter::giveUp(const QString &reason)
{
    m_isOn->store(false, std::memory_order_relaxed);
    const std::unique_ptr<TraceFile> file = std::exchange(m_file, nullptr);
    m_directory.setRecording(false);
    m_problem = QStringLiteral("The trace \"%1\" ends, since it cannot be written: %2").arg(file->name(), reason);
}

// --- the thread ----------------------------------------------------------------------------------

void TraceWriter::start()
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

void TraceWriter::stop() noexcept
{
    if (m_process != QCoreApplication::applicationPid()) { // a fork: the thread is not here
        m_thread.detach();
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_isStopped = true;
    }
    m_changed.notify_one();
    m_thread.join();
    const std::lock_guard lock(m_mutex);
    writeLast();
    m_isOn->store(false, std::memory_order_relaxed);
    m_file.reset();
}

void TraceWriter::run() noexcept
{
    std::unique_lock lock(m_mutex);
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

// --- records -------------------------------------------------------------------------------------

// Writes what was recorded up to now; what is recorded meanwhile belongs to the next file. Twice: an arrow's end is recorded after its begin,
// but the begin may lie in a buffer that was looked at before.
void TraceWriter::writeLast() noexcept
{
    m_lastTime = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
    writeAll();
    writeAll();
    m_lastTime = std::numeric_limits<std::int64_t>::max();
}

// A lack of memory ends the trace as a full disk does.
void TraceWriter::writeAll() noexcept
{
    try {
        m_directory.takeThreads(m_threads);
        for (TracedThread &thread : m_threads)
            write(thread);
        m_directory.dropIdle(m_threads);
        writeChunk();
    } catch (const std::bad_alloc &) {
        m_isOn->store(false, std::memory_order_relaxed);
        m_file.reset();
        m_directory.setRecording(false);
    }
}

void TraceWriter::write(TracedThread &thread)
{
    thread.buffer->take([&](const TraceRecord &record) {
        if (record.time > m_lastTime)
            return false;
        write(thread, record);
        return true;
    });
    if (const std::uint64_t dropped = thread.buffer->takeDropped())
        m_chunk.noteGap(momentOf(thread), dropped);
}

void TraceWriter::write(TracedThread &thread, const TraceRecord &record)
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
    const TraceText::Moment moment = momentOf(thread);
    const bool isInSlice = !thread.open.empty(); // else the slice began in another file
    switch (record.kind) {
    case TraceRecord::Kind::Begin:
        thread.open.push_back(record.name);
        m_chunk.beginSlice(moment, text(record.name));
        break;
    case TraceRecord::Kind::End:
        if (!isInSlice)
            return;
        thread.open.pop_back();
        m_chunk.endSlice(moment);
        break;
    case TraceRecord::Kind::FlowOut:
        if (isInSlice)
            m_chunk.leaveFlow(moment, record.value);
        break;
    case TraceRecord::Kind::FlowIn:
        if (isInSlice)
            m_chunk.enterFlow(moment, record.value);
        break;
    case TraceRecord::Kind::Counter:
        m_chunk.count(moment, text(record.name), record.value);
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

void TraceWriter::nameThread(TracedThread &thread)
{
    if (thread.name == 0)
        return;
    thread.isNamed = true;
    m_chunk.nameThread(momentOf(thread), text(thread.name));
}

// A name is among the new ones before a record has it.
const QByteArray &TraceWriter::text(TraceName name)
{
    if (name >= m_texts.size())
        m_directory.takeTexts(m_texts);
    return m_texts[name];
}

// --- chunks --------------------------------------------------------------------------------------

void TraceWriter::writeChunk()
{
    if (!m_file) {
        m_chunk.take();
        return;
    }
    // Room for the ends of what is open, and for one chunk more.
    if (m_file->size() + m_chunk.size() > TraceFile::mostBytes - 2 * mostChunkBytes)
        changeFiles();
    else
        appendChunk();
}

void TraceWriter::appendChunk()
{
    if (!m_file->append(m_chunk.take()))
        giveUp(m_file->problem());
}

// The slices that are open end in the one and begin in the next.
void TraceWriter::changeFiles()
{
    for (const TracedThread &thread : m_threads) {
        for (std::size_t i = 0; i < thread.open.size(); ++i)
            m_chunk.endSlice(momentOf(thread));
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
            m_chunk.beginSlice(momentOf(thread), text(name));
    }
    appendChunk();
}

} // namespace SignalBox::detail
