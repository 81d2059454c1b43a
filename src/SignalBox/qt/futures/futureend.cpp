// SPDX-License-Identifier: MIT
#include <SignalBox/qt/futures/futureend.h>

#include <SignalBox/core/registry/handlerreference.h>
#include <SignalBox/qt/delivery/deadlines_p.h>
#include <SignalBox/qt/delivery/deliveryclock_p.h>
#include <SignalBox/qt/futures/futurewatch_p.h>

#include <memory>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler that is to finish a future: ends with it.
class AnsweringHandler
{
public:
    explicit AnsweringHandler(const HandlerGuard &handler) : m_handler(handler) {}
    Q_DISABLE_COPY_MOVE(AnsweringHandler)
    ~AnsweringHandler()
    {
        end();
        Deadlines::remove(m_deadline);
    }

    // Before others have it.
    void setDeadline(Deadlines::Key deadline) noexcept { m_deadline = deadline; }
    void end() noexcept { m_handler.unregister(); }

private:
    const HandlerReference m_handler;
    Deadlines::Key m_deadline;
};

// Does not keep it: where the future has its answer first, the deadline goes.
class Expiry final : public Expiring
{
public:
    explicit Expiry(std::weak_ptr<AnsweringHandler> answering) noexcept : m_answering(std::move(answering)) {}
    void expire() noexcept override
    {
        if (const std::shared_ptr<AnsweringHandler> answering = m_answering.lock())
            answering->end();
    }

private:
    const std::weak_ptr<AnsweringHandler> m_answering;
};

} // namespace

void endWithFuture(const HandlerGuard &handler, WatchedFuture future, QDeadlineTimer deadline)
{
    auto answering = std::make_shared<AnsweringHandler>(handler);
    if (!deadline.isForever())
        answering->setDeadline(Deadlines::add(DeliveryClock::timeOf(deadline), std::make_unique<Expiry>(answering)));
    FutureWatch::keep(std::move(answering), std::move(future), FutureWatch::Until::FinishedOrCanceled);
}

} // namespace SignalBox::detail
