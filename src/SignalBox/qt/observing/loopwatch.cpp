// SPDX-License-Identifier: MIT
#include <SignalBox/qt/observing/handlerdescription_p.h>
#include <SignalBox/qt/observing/logging.h>
#include <SignalBox/qt/observing/loopwatch_p.h>

#include <QtCore/qabstracteventdispatcher.h>
#include <QtCore/qcoreapplication.h>
#include <QtCore/qdebug.h>
#include <QtCore/qthread.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace SignalBox::detail {

namespace {

constexpr std::size_t mostStalls = 10;

// Not destroyed at exit: threads may still end their stalls then.
struct Report
{
    std::mutex mutex;
    std::vector<StallInfo> stalls; // the longest first; not shared with the copies that were asked for, as a QList would be

    static Report &instance()
    {
        static auto *const report = new Report;
        return *report;
    }

    void add(const StallInfo &stall)
    {
        const std::lock_guard lock(mutex);
        const auto place = std::upper_bound(stalls.begin(), stalls.end(), stall,
                                            [](const StallInfo &a, const StallInfo &b) { return a.duration() > b.duration(); });
        stalls.insert(place, stall);
        if (stalls.size() > mostStalls)
            stalls.pop_back();
    }
};

// What the environment says; nothing if it says nothing that is known.
struct Setting
{
    const QByteArray value = qgetenv("SIGNALBOX_STALLS");
    const std::chrono::nanoseconds threshold = thresholdOf(value);
    std::atomic<bool> isTold = value.isEmpty() || threshold.count() > 0; // sequentially consistent: off every hot path

    static std::chrono::nanoseconds thresholdOf(const QByteArray &value)
    {
        constexpr qlonglong longest = 24 * 3600 * 1000;
        bool isNumber = false;
        const qlonglong milliseconds = value.toLongLong(&isNumber);
        return isNumber && milliseconds > 0 ? std::chrono::milliseconds(std::min(milliseconds, longest)) : std::chrono::nanoseconds();
    }
};

constinit thread_local LoopWatch *watchOfThread = nullptr;

} // namespace

std::chrono::nanoseconds LoopWatch::threshold() noexcept
{
    static Setting setting;
    // Not as it is initialised: what the program does with the message may come back to here.
    if (!setting.isTold && !setting.isTold.exchange(true)) {
        qCWarning(loggingCategory).nospace() << "SIGNALBOX_STALLS: expected a number of milliseconds above 0, not " << setting.value
                                             << "; event loops are not watched";
    }
    return setting.threshold;
}

std::chrono::milliseconds LoopWatch::period() noexcept
{
    using namespace std::chrono_literals;
    return std::clamp(std::chrono::floor<std::chrono::milliseconds>(threshold() / 4), 1ms, 250ms);
}

QList<StallInfo> LoopWatch::longestStalls()
{
    Report &report = Report::instance();
    const std::lock_guard lock(report.mutex);
    return QList<StallInfo>(report.stalls.cbegin(), report.stalls.cend());
}

LoopWatch *LoopWatch::ofThread() noexcept
{
    return watchOfThread;
}

LoopWatch::LoopWatch() noexcept : m_lastTurn(Clock::now())
{
    watchOfThread = this;
}

LoopWatch::~LoopWatch()
{
    if (watchOfThread == this)
        watchOfThread = nullptr;
}

// Of a handler and another one that it has called, the inner one is kept where it took more than half of the time.
bool LoopWatch::isWorthNoting(Clock::time_point begin, Clock::time_point end) const noexcept
{
    const auto time = end - std::max(begin, m_lastTurn);
    if (time < std::chrono::milliseconds(1))
        return false;
    const bool containsLongest = m_longest.m_handlerDuration.count() > 0 && begin <= m_longestBegin;
    return time > (containsLongest ? 2 : 1) * m_longest.m_handlerDuration;
}

void LoopWatch::note(Clock::time_point begin, Clock::time_point end, const Ran &ran,
                     std::function<void(const StallInfo &)> tell)
{
    StallInfo longest;
    longest.m_handlerDuration = end - std::max(begin, m_lastTurn);
    longest.m_handlerId = ran.handler;
    longest.m_handlerName = ran.description.name();
    longest.m_registryName = ran.registryName;
    longest.m_fileName = ran.description.fileName();
    longest.m_lineNumber = ran.description.lineNumber();
    m_longest = std::move(longest);
    m_longestBegin = begin;
    m_tell = std::move(tell);
}

void LoopWatch::enter() noexcept
{
    const std::optional<Clock::time_point> left = std::exchange(m_left, std::nullopt);
    if (!left)
        return;
    m_lastTurn += Clock::now() - *left;
    if (m_longestBegin >= *left) {
        m_longest = {};
        m_tell = {};
    }
}

void LoopWatch::turn(const QString &threadName) noexcept
{
    const auto now = Clock::now();
    const auto late = now - m_lastTurn - period();
    m_lastTurn = now;
    StallInfo stall = std::exchange(m_longest, {});
    const auto tell = std::exchange(m_tell, {});
    stall.m_duration = std::max<std::chrono::nanoseconds>(late, stall.m_handlerDuration);
    if (stall.m_duration < threshold())
        return;
    try {
        stall.m_threadName = threadName;
        stall.m_end = QDateTime::currentDateTimeUtc(); // local time takes a lock of the C library
        Report::instance().add(stall);
        if (tell)
            tell(stall);
    } catch (const std::bad_alloc &) {
        // A row less.
    }
}

// Qt tells of the beginning and end of a pass of an event loop, not of the loop's own. From the last end to the next beginning is a moment in
// a loop, and all the time outside of one.
void LoopWatch::follow(QObject &receiver)
{
    const QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    if (!dispatcher)
        return;
    if (!dispatcher->inherits("QEventDispatcherGlib")) {
        // Others tell of beginnings only; the application tells of its own end.
        const QCoreApplication *const application = QCoreApplication::instance();
        if (application && application->thread() == receiver.thread())
            QObject::connect(application, &QCoreApplication::aboutToQuit, &receiver, [this] { leave(); });
        QObject::connect(dispatcher, &QAbstractEventDispatcher::awake, &receiver, [this] { enter(); });
        return;
    }
    QObject::connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, &receiver, [this] {
        if (QThread::currentThread()->loopLevel() == 1) // the outermost loop
            enter();
    });
    QObject::connect(dispatcher, &QAbstractEventDispatcher::awake, &receiver, [this] {
        const int level = QThread::currentThread()->loopLevel();
        if (level == 1)
            leave();
        else if (level == 0) // processEvents() begins
            enter();
    });
}

} // namespace SignalBox::detail
