// SPDX-License-Identifier: MIT
#include <SignalBox/qt/routes/handlerfuture.h>

#include <SignalBox/qt/delivery/sanitizerorder.h>
#include <SignalBox/qt/futures/futurewatch_p.h>
#include <SignalBox/qt/routes/awaitedcall.h>

#include <exception>
#include <memory>
#include <utility>

namespace SignalBox::detail {

namespace {

// A handler's future, from the handler's return to its end.
class Awaited
{
public:
    Awaited(WatchedFuture future, RouteBase &route) : m_future(std::move(future)), m_call(route) {}
    Q_DISABLE_COPY_MOVE(Awaited)
    ~Awaited()
    {
        QFuture<void> future = m_future.future();
        SanitizerOrder::acquire(future); // the future's result
        try {
            if (future.isFinished())
                future.waitForFinished(); // throws what it holds
        } catch (...) {
            m_call.fail(std::current_exception());
            return;
        }
        m_call.end(AwaitedCall::Ending::Returned);
    }

    // Before others have it.
    bool begin(const Notification &notification) { return m_call.begin(notification); }

private:
    const WatchedFuture m_future;
    AwaitedCall m_call;
};

} // namespace

void awaitUnfinished(WatchedFuture future, const Notification &notification, RouteBase &route)
{
    const auto awaited = std::make_shared<Awaited>(future, route);
    if (awaited->begin(notification))
        FutureWatch::keep(awaited, std::move(future), FutureWatch::Until::Finished);
}

} // namespace SignalBox::detail
