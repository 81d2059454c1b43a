// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

/*!
    Keeps a file up to date, on a thread of its own: once per interval, if the text has changed, it writes a new file
    and puts it in the place of the old one. However many events come in between, they cost one file; whoever reads it
    gets a whole one. A file that cannot be written is tried again with the next interval; nothing is lost by that,
    since counters only grow.
*/
class Exporter
{
public:
    Exporter(std::filesystem::path path, std::chrono::milliseconds interval, std::function<std::string()> text);
    /*! Writes what has changed since the last interval. */
    ~Exporter();

    /*! Writes now. True if the file has all that was counted before the call. */
    bool flush();

private:
    void run(std::stop_token stop);
    bool write();

    const std::filesystem::path m_path;
    const std::chrono::milliseconds m_interval;
    const std::function<std::string()> m_text;
    std::string m_written; // of the exporter's thread

    std::mutex m_mutex; // protects what follows; never held while the file is written
    std::condition_variable_any m_wake;
    std::condition_variable m_isDone;
    std::uint64_t m_flushesWanted = 0;
    std::uint64_t m_flushesDone = 0;
    bool m_hasSucceeded = false;

    std::jthread m_thread; // the last member: it uses the others
};
