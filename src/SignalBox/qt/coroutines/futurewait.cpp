// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/futurewait.h>

#include <SignalBox/qt/futures/futurewatch_p.h>

#include <mutex>

namespace SignalBox::detail {

// What the coroutine and the library's thread share: either may go first.
struct FutureOperation::Report
{
    std::mutex mutex;
    FutureOperation *operation = nullptr; // under the mutex; null: the coroutine goes on, or is gone
};

// The future is over when this goes.
class FutureOperation::Notice
{
public:
    explicit Notice(std::shared_ptr<Report> report) noexcept : m_report(std::move(report)) {}
    Q_DISABLE_COPY_MOVE(Notice)
    ~Notice()
    {
        const std::lock_guard lock(m_report->mutex);
        if (m_report->operation)
            m_report->operation->resumeFromLoop();
    }

private:
    const std::shared_ptr<Report> m_report;
};

FutureOperation::~FutureOperation()
{
    if (!m_report)
        return;
    const std::lock_guard lock(m_report->mutex);
    m_report->operation = nullptr;
}

void FutureOperation::beginWith(TaskDriver &driver, WatchedFuture future)
{
    setDriver(driver);
    m_report = std::make_shared<Report>();
    m_report->operation = this;
    FutureWatch::keep(std::make_shared<Notice>(m_report), std::move(future), FutureWatch::Until::Finished);
}

} // namespace SignalBox::detail
