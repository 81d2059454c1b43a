// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskobservation_p.h>

#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/observing/handlerdescription_p.h>

#include <QtCore/qjsonobject.h>

#include <cstdint>
#include <new>
#include <utility>

namespace SignalBox::detail {

QString TaskDriver::label() const
{
    if (m_parent)
        return root().label();
    if (!m_name.isEmpty())
        return m_name;
    const QString path = QString::fromUtf8(m_location.file_name());
    if (path.isEmpty())
        return QStringLiteral("a coroutine");
    return QStringLiteral("%1:%2").arg(path.mid(path.lastIndexOf(u'/') + 1)).arg(m_location.line());
}

void TaskDriver::note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
                      std::chrono::steady_clock::time_point end) const
{
    if (m_parent) {
        root().note(loop, begin, end);
        return;
    }
    const HandlerDescription description({}, m_name, QString::fromUtf8(m_location.file_name()),
                                         static_cast<int>(m_location.line()));
    loop.note(begin, end, {{}, description}, {});
}

TaskObservation::TaskObservation(TaskDriver &task) noexcept : m_task(task)
{
    if (Tracer::isOn())
        beginSlice();
    m_loop = LoopWatch::ofThread();
    if (m_loop)
        m_begin = LoopWatch::Clock::now();
}

bool TaskObservation::isLoopWatched() noexcept
{
    return LoopWatch::threshold().count() > 0;
}

void TaskObservation::beginSlice() noexcept
{
    try {
        QJsonObject arguments;
        const SourceLocation &location = m_task.root().m_location;
        if (location.line() != 0)
            arguments.insert(QStringLiteral("spawned"),
                             QStringLiteral("%1:%2").arg(QString::fromUtf8(location.file_name())).arg(location.line()));
        m_slice.emplace(Tracer::sliceName("coroutine", m_task.label(), arguments));
        if (const std::uint64_t flow = std::exchange(m_task.m_traceFlow, 0))
            Tracer::enterFlow(flow, LoopWatch::Clock::now());
    } catch (const std::bad_alloc &) {
        // It is not in the trace.
    }
}

void TaskObservation::end() noexcept
{
    if (m_slice && !m_task.m_isOver && !m_task.m_isCancelled) {
        m_task.m_traceFlow = Tracer::newEvent() << 24;
        Tracer::leaveFlow(m_task.m_traceFlow);
    }
    m_slice.reset();
    if (!m_loop)
        return;
    const auto now = LoopWatch::Clock::now();
    try {
        if (m_loop->isWorthNoting(m_begin, now))
            m_task.note(*m_loop, m_begin, now);
    } catch (const std::bad_alloc &) {
        // A row less.
    }
}

} // namespace SignalBox::detail
