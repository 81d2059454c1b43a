// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/deadlines_p.h>

#include <SignalBox/qt/delivery/deliveryclock_p.h>

#include <QtCore/qcoreapplication.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace SignalBox::detail {

Expiring::~Expiring() = default;
Polled::~Polled() = default;

namespace {

constexpr std::chrono::hours longestSleep(24);
constexpr std::chrono::milliseconds pollInterval(4);
constexpr std::size_t spareNodes = 64;

class DeadlineThread
{
public:
    using Key = Deadlines::Key;

    // Not destroyed at exit: statics may still notify then. The thread is.
    static DeadlineThread &instance()
    {
        static auto *const thread = new DeadlineThread;
        return *thread;
    }

    // Takes `expiring`; or, where the program is ending, does not. Throws std::bad_alloc, std::system_error.
    Key add(std::int64_t time, std::unique_ptr<Expiring> &expiring)
    {
        const std::lock_guard lock(m_mutex);
        if (!isRunning())
            return {};
        const Key key{time, ++m_lastNumber};
        Waiting::iterator place;
        if (m_spare.empty()) {
            place = m_waiting.emplace(key, nullptr).first;
        } else {
            m_spare.back().key() = key;
            place = m_waiting.insert(std::move(m_spare.back())).position;
            m_spare.pop_back();
        }
        place->second = std::move(expiring);
        if (place == m_waiting.begin())
            m_changed.notify_one();
        return key;
    }

    std::unique_ptr<Expiring> take(Key key) noexcept
    {
        const std::lock_guard lock(m_mutex);
        const auto place = m_waiting.find(key);
        return place == m_waiting.end() ? nullptr : takeAt(place);
    }

    // As add().
    void poll(std::unique_ptr<Polled> &polled)
    {
        const std::lock_guard lock(m_mutex);
        if (!isRunning())
            return;
        m_polled.emplace_back() = std::move(polled);
        m_changed.notify_one();
    }

    void look() noexcept
    {
        const std::lock_guard lock(m_mutex);
        m_changed.notify_one();
    }

    std::int64_t next() noexcept
    {
        const std::lock_guard lock(m_mutex);
        return m_waiting.empty() ? DeliveryClock::never : m_waiting.begin()->first.time;
    }

    void endUntil(std::int64_t time) noexcept
    {
        const std::lock_guard lock(m_mutex);
        m_endsUntil = time;
        m_changed.notify_one();
    }

    bool areEnding() noexcept
    {
        const std::lock_guard lock(m_mutex);
        return m_isExpiring || (!m_waiting.empty() && m_waiting.begin()->first.time <= m_endsUntil);
    }

private:
    using Waiting = std::map<Key, std::unique_ptr<Expiring>>;

    // With the mutex. Keeps some of the nodes, so that deadlines that come and go allocate nothing.
    std::unique_ptr<Expiring> takeAt(Waiting::iterator place) noexcept
    {
        Waiting::node_type node = m_waiting.extract(place);
        std::unique_ptr<Expiring> expiring = std::move(node.mapped());
        if (m_spare.size() < m_spare.capacity())
            m_spare.push_back(std::move(node));
        return expiring;
    }

    // Ends the thread when the program ends, or this library is unloaded.
    struct End
    {
        ~End() { instance().stop(); }
    };

    // With the mutex. Starts it; false: the program is ending.
    bool isRunning()
    {
        if (m_isStopped)
            return false;
        if (!m_thread.joinable()) {
            static const End end;
            m_process = QCoreApplication::applicationPid();
            m_spare.reserve(spareNodes);
            m_thread = std::thread([this] { run(); });
        }
        return true;
    }

    // How long the next one has left. A stopped clock may be ahead of what is allowed to end.
    std::int64_t left() const noexcept
    {
        if (m_waiting.empty())
            return DeliveryClock::never;
        const std::int64_t time = m_waiting.begin()->first.time;
        if (DeliveryClock::isStopped())
            return time <= m_endsUntil ? 0 : DeliveryClock::never;
        return std::max<std::int64_t>(0, time - DeliveryClock::now());
    }

    void run() noexcept
    {
        std::unique_lock lock(m_mutex);
        while (!m_isStopped) {
            const std::int64_t left = this->left();
            const std::int64_t now = steadyNanoseconds();
            if (left == 0) {
                std::unique_ptr<Expiring> due = takeAt(m_waiting.begin());
                m_isExpiring = true;
                lock.unlock();
                due->expire();
                due.reset();
                lock.lock();
                m_isExpiring = false;
            } else if (now >= m_nextPoll && !m_polled.empty()) {
                std::vector<std::unique_ptr<Polled>> looked = std::exchange(m_polled, {});
                lock.unlock();
                std::erase_if(looked, [](const auto &polled) { return polled->isOver(); });
                lock.lock();
                // Those that have come meanwhile are few, if any.
                for (std::unique_ptr<Polled> &polled : m_polled)
                    looked.push_back(std::move(polled));
                m_polled = std::move(looked);
                m_nextPoll = steadyNanoseconds() + std::chrono::nanoseconds(pollInterval).count();
            } else {
                sleep(lock, m_polled.empty() ? left : std::min(left, m_nextPoll - now));
            }
        }
    }

    void sleep(std::unique_lock<std::mutex> &lock, std::int64_t time)
    {
        if (time == DeliveryClock::never)
            m_changed.wait(lock);
        else
            m_changed.wait_for(lock, std::min<std::chrono::nanoseconds>(longestSleep, std::chrono::nanoseconds(time)));
    }

    void stop() noexcept
    {
        {
            const std::lock_guard lock(m_mutex);
            m_isStopped = true;
            m_changed.notify_one();
        }
        // What expires may end the program: then this is that thread. And a child after fork() has no such thread.
        if (std::this_thread::get_id() == m_thread.get_id() || m_process != QCoreApplication::applicationPid())
            m_thread.detach();
        else
            m_thread.join();
        Waiting waiting;
        std::vector<std::unique_ptr<Polled>> polled;
        {
            const std::lock_guard lock(m_mutex); // nothing is added any more
            waiting.swap(m_waiting);
            m_spare.clear();
            polled.swap(m_polled);
        }
        for (const auto &[key, expiring] : waiting)
            expiring->expire();
    }

    std::mutex m_mutex; // guards all that follows; never held while what waits is called or destroyed
    std::condition_variable m_changed;
    Waiting m_waiting;
    std::vector<Waiting::node_type> m_spare;
    std::vector<std::unique_ptr<Polled>> m_polled;
    std::int64_t m_endsUntil = 0; // while the clock is stopped
    bool m_isExpiring = false;
    std::int64_t m_nextPoll = 0;
    std::uint64_t m_lastNumber = 0;
    std::thread m_thread;
    qint64 m_process = 0;
    bool m_isStopped = false;
};

} // namespace

Deadlines::Key Deadlines::add(std::int64_t time, std::unique_ptr<Expiring> expiring) noexcept
{
    if (time == DeliveryClock::never)
        return {};
    if (time <= DeliveryClock::now()) {
        expiring->expire();
        return {};
    }
    Key key;
    try {
        key = DeadlineThread::instance().add(time, expiring);
    } catch (const std::exception &) {
        // Neither memory nor thread.
    }
    if (expiring)
        expiring->expire();
    return key;
}

void Deadlines::remove(Key key) noexcept
{
    if (key.number != 0)
        DeadlineThread::instance().take(key);
}

void Deadlines::poll(std::unique_ptr<Polled> polled) noexcept
{
    try {
        DeadlineThread::instance().poll(polled);
    } catch (const std::exception &) {
        // Neither memory nor thread: destroyed.
    }
}

void Deadlines::look() noexcept
{
    DeadlineThread::instance().look();
}

std::int64_t Deadlines::next() noexcept
{
    return DeadlineThread::instance().next();
}

void Deadlines::endUntil(std::int64_t time) noexcept
{
    DeadlineThread::instance().endUntil(time);
}

bool Deadlines::areEnding() noexcept
{
    return DeadlineThread::instance().areEnding();
}

} // namespace SignalBox::detail
