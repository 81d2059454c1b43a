// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/deliverpending.h>

#include <SignalBox/qt/delivery/drainbudget.h>
#include <SignalBox/qt/delivery/drainclock_p.h>
#include <SignalBox/qt/delivery/task_p.h>
#include <SignalBox/qt/delivery/threadmailbox_p.h>

#include <QtCore/qthread.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace SignalBox {

namespace detail {

// What is there at the begin ends with a task. A visit may come once more behind that, and finds nothing: so there is a second pass.
bool ThreadMailbox::deliverPending(QDeadlineTimer budget)
{
    if (!replaceCall())
        return false;
    visitDue();
    bool isOver = false;
    for (int pass = m_end.expired() ? 0 : -1; pass < 2 && !isOver && hasMore(); ++pass) {
        // That of a call whose budget was used up, or of one further out, serves this one too: else they would accumulate.
        if (m_end.expired()) {
            const auto end = std::make_shared<char>();
            m_end = end;
            if (!post(makeTask([end] {})))
                return false;
        }
        const std::weak_ptr<void> end = m_end;
        while (!end.expired() && !isOver && m_run.isOpen()) {
            const std::int64_t now = steadyNanoseconds();
            const std::int64_t longest = std::chrono::nanoseconds(drainBudget()).count();
            const std::int64_t left = budget.isForever() ? longest : std::min<std::int64_t>(longest, budget.remainingTimeNSecs());
            processNow(now - (longest - left), budget.isForever() ? std::numeric_limits<std::int64_t>::max() : now + left);
            isOver = budget.hasExpired();
        }
    }
    m_wakeUp.clear();
    const bool isLeft = hasMore();
    if (isLeft)
        wake();
    return isLeft;
}

} // namespace detail

bool deliverPending(QDeadlineTimer budget)
{
    const std::shared_ptr<detail::Mailbox> mailbox = detail::Mailbox::find(QThread::currentThread());
    return mailbox && static_cast<detail::ThreadMailbox &>(*mailbox).deliverPending(budget);
}

} // namespace SignalBox
