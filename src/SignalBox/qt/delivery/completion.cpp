// SPDX-License-Identifier: MIT
#include <SignalBox/qt/delivery/completion_p.h>

#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <memory>
#include <new>
#include <utility>

namespace SignalBox::detail {

class Completion::Expiry final : public Expiring
{
public:
    explicit Expiry(Completion &completion) noexcept : m_completion(completion) { m_completion.addReference(); }
    ~Expiry() override { m_completion.dropReference(); }
    void expire() noexcept override { m_completion.expire(); }

private:
    Completion &m_completion;
};

Completion::Completion()
{
    m_promise.start();
}

Completion::~Completion() = default;

void Completion::expect(std::uint32_t count) noexcept
{
    const std::lock_guard lock(m_mutex);
    m_waiting += count;
}

bool Completion::begin() noexcept
{
    std::unique_lock lock(m_mutex);
    if (m_isExpired) { // counted then
        lock.unlock();
        deliveryEnded(false);
        return false;
    }
    --m_waiting;
    if (m_promise.isCanceled()) {
        ++m_report.dropped;
        finishIfDone(std::move(lock));
        deliveryEnded(false);
        return false;
    }
    ++m_running;
    return true;
}

void Completion::end(Ending ending, HandlerId handler) noexcept
{
    std::unique_lock lock(m_mutex);
    ++m_report.called;
    m_report.failed += ending == Ending::Threw;
    if (ending == Ending::Stopped && !m_report.stoppedBy.isValid())
        m_report.stoppedBy = handler;
    --m_running;
    finishIfDone(std::move(lock));
    deliveryEnded(ending == Ending::Stopped);
}

void Completion::revoke() noexcept
{
    std::unique_lock lock(m_mutex);
    ++m_report.dropped;
    --m_running;
    finishIfDone(std::move(lock));
    deliveryEnded(false);
}

void Completion::drop(std::uint32_t count) noexcept
{
    std::unique_lock lock(m_mutex);
    if (!m_isExpired) {
        m_waiting -= count;
        m_report.dropped += count;
    }
    finishIfDone(std::move(lock));
    deliveryEnded(false);
}

bool Completion::isOver() noexcept
{
    const std::lock_guard lock(m_mutex);
    return m_isExpired || m_promise.isCanceled();
}

void Completion::forgo(std::uint32_t count) noexcept
{
    std::unique_lock lock(m_mutex);
    if (m_isExpired)
        return;
    m_waiting -= count;
    finishIfDone(std::move(lock));
}

void Completion::endWalk(const DispatchReport &report) noexcept
{
    std::unique_lock lock(m_mutex);
    m_report.called += report.called;
    m_report.failed += report.failed;
    m_report.dropped += report.dropped;
    if (report.stoppedBy.isValid())
        m_report.stoppedBy = report.stoppedBy;
    --m_running;
    finishIfDone(std::move(lock));
}

void Completion::expire() noexcept
{
    std::unique_lock lock(m_mutex);
    if (m_isExpired || m_isFinished)
        return;
    m_isExpired = true;
    m_report.dropped += std::exchange(m_waiting, 0);
    finishIfDone(std::move(lock));
}

void Completion::expireAt(std::int64_t time) noexcept
{
    try {
        const Deadlines::Key key = Deadlines::add(time, std::make_unique<Expiry>(*this));
        const std::lock_guard lock(m_mutex);
        m_deadline = key;
    } catch (const std::bad_alloc &) {
        expire();
    }
}

void Completion::finishIfDone(std::unique_lock<std::mutex> lock) noexcept
{
    const bool isDone = m_waiting == 0 && m_running == 0 && !m_isFinished;
    if (isDone)
        m_isFinished = true;
    const DispatchReport report = m_report;
    const Deadlines::Key deadline = m_deadline;
    lock.unlock();
    // Continuations run here, on this thread. The event or the caller holds a reference.
    if (isDone) {
        Deadlines::remove(deadline);
        SanitizerOrder::acquire(m_promise);
        try {
            m_promise.addResult(report);
        } catch (const std::bad_alloc &) {
            m_promise.future().cancel(); // it finishes without a result
        }
        SanitizerOrder::release(m_promise);
        m_promise.finish();
    }
}

} // namespace SignalBox::detail
