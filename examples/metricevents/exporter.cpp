// SPDX-License-Identifier: MIT
#include "exporter.h"

#include "../durablefile.h"

#include <iostream>
#include <system_error>
#include <utility>

Exporter::Exporter(std::filesystem::path path, std::chrono::milliseconds interval, std::function<std::string()> text)
    : m_path(std::move(path)),
      m_interval(interval),
      m_text(std::move(text)),
      m_thread([this](std::stop_token stop) { run(std::move(stop)); })
{}

Exporter::~Exporter() = default; // std::jthread asks run() to stop, and waits for it

bool Exporter::flush()
{
    std::unique_lock lock(m_mutex);
    const std::uint64_t mine = ++m_flushesWanted;
    m_wake.notify_one();
    m_isDone.wait(lock, [&] { return m_flushesDone >= mine; });
    return m_hasSucceeded;
}

void Exporter::run(std::stop_token stop)
{
    std::unique_lock lock(m_mutex);
    for (bool isLast = false; !isLast;) {
        m_wake.wait_for(lock, stop, m_interval, [this] { return m_flushesWanted != m_flushesDone; });
        // Read before the counters are, which are then as new as the flushes and the stop that they answer.
        const std::uint64_t wanted = m_flushesWanted;
        isLast = stop.stop_requested();
        lock.unlock();
        const bool hasSucceeded = write();
        lock.lock();
        m_hasSucceeded = hasSucceeded;
        m_flushesDone = wanted;
        m_isDone.notify_all();
    }
}

bool Exporter::write()
{
    std::string text = m_text();
    if (text == m_written)
        return true;
    try {
        replaceFile(m_path, text);
        m_written = std::move(text);
        return true;
    } catch (const std::system_error &error) {
        std::cerr << m_path << ": " << error.what() << '\n';
        return false;
    }
}
