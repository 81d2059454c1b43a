// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/tracedirectory_p.h>

#include <QtCore/qjsonarray.h>
#include <QtCore/qjsondocument.h>

#include <utility>

namespace SignalBox::detail {

QByteArray TraceDirectory::quoted(const QString &text)
{
    const QByteArray array = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2);
}

void TraceDirectory::follow(void *object, void (*tell)(void *, bool))
{
    const std::lock_guard lock(m_mutex);
    m_followers.emplace(object, tell);
    if (m_isRecording)
        tell(object, true);
}

void TraceDirectory::unfollow(void *object) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_followers.erase(object);
}

void TraceDirectory::setRecording(bool isRecording) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_isRecording = isRecording;
    for (const auto &[object, tell] : m_followers)
        tell(object, isRecording);
}

TraceName TraceDirectory::nameOf(const QByteArray &json)
{
    const std::lock_guard lock(m_mutex);
    const auto place = m_names.constFind(json);
    if (place != m_names.cend())
        return *place;
    m_newTexts.push_back(json);
    return *m_names.insert(json, ++m_lastName);
}

// A buffer that another thread has left is used again, even if the writer has not taken everything from it. Otherwise threads that begin
// faster than the writer looks would have a buffer each.
std::shared_ptr<TraceBuffer> TraceDirectory::takeBuffer(std::int64_t time)
{
    const std::lock_guard lock(m_mutex);
    for (const std::shared_ptr<TraceBuffer> &buffer : m_buffers) {
        if (buffer->isFree() && buffer->beginThread(time, m_threadCount + 1)) {
            ++m_threadCount;
            return buffer;
        }
    }
    auto buffer = std::make_shared<TraceBuffer>();
    m_buffers.reserve(m_buffers.size() + 1);
    m_newThreads.push_back({.buffer = buffer, .open = {}});
    m_buffers.push_back(buffer);
    buffer->beginThread(time, ++m_threadCount);
    return buffer;
}

void TraceDirectory::takeThreads(std::vector<TracedThread> &threads)
{
    const std::lock_guard lock(m_mutex);
    threads.insert(threads.end(), m_newThreads.cbegin(), m_newThreads.cend());
    m_newThreads.clear();
}

void TraceDirectory::takeTexts(std::vector<QByteArray> &texts)
{
    const std::lock_guard lock(m_mutex);
    texts.insert(texts.end(), m_newTexts.cbegin(), m_newTexts.cend());
    m_newTexts.clear();
}

void TraceDirectory::dropIdle(std::vector<TracedThread> &threads)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(threads, [this](TracedThread &thread) {
        const bool wasIdle = std::exchange(thread.isIdle, thread.buffer->isFree() && thread.buffer->isEmpty());
        if (!wasIdle || !thread.isIdle)
            return false;
        std::erase(m_buffers, thread.buffer);
        return true;
    });
}

} // namespace SignalBox::detail
