// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/taskscope.h>

#include <SignalBox/qt/observing/logging.h>

#include <QtCore/qdebug.h>

namespace SignalBox {

TaskScope::~TaskScope()
{
    if (const detail::TaskDriver *const running = detail::TaskDriver::cancelAll(m_tasks)) {
        qCWarning(detail::loggingCategory).noquote().nospace()
                << "A TaskScope is destroyed by its own coroutine, spawned at " << running->location().file_name() << ':'
                << running->location().line() << ", which must not use the members of its object any more";
    }
}

void TaskScope::cancel() noexcept
{
    detail::TaskDriver::cancelAll(m_tasks);
}

} // namespace SignalBox
