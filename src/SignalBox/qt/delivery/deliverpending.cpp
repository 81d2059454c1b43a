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
    class End final : public Task
    {
    public:
        explicit End(std::shared_ptr<bool> isReached) noexcept : m_isReached(std::move(isReached)) {}
        ~End() override { *m_isReached = true; } // also where it is dropped
        Q_DISABLE_COPY_MOVE(End)
        void run() noexcept override {}
        void drop() noexcept override { delete this; }

    private:
        const std::shared_ptr<bool> m_isReached;
    };

    if (!replaceCall())
        return false;
    visitDue();
    bool isOver = false;
    const bool isEndWaiting = m_isEndReached && !*m_isEndReached;
    for (int pass = isEndWaiting ? -1 : 0; pass < 2 && !isOver && hasMore(); ++pass) {
        // That of a call whose budget was used up, or of one further out, serves this one too: else they would accumulate.
        if (!m_isEndReached || *m_isEndReached) {
            const auto isNewEndReached = std::make_shared<bool>(false);
            auto end = std::make_unique<End>(isNewEndReached);
            m_isEndReached = isNewEndReached;
            if (!post(std::move(end)))
                return false;
        }
        const std::shared_ptr<const bool> isReached = m_isEndReached;
        while (!*isReached && !isOver && m_run.isOpen()) {
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
