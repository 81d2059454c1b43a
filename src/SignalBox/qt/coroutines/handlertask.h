// SPDX-License-Identifier: MIT
#pragma once

#include <SignalBox/qt/coroutines/handlercoroutines.h>
#include <SignalBox/qt/coroutines/taskdriver.h>
#include <SignalBox/qt/qt_export.h>
#include <SignalBox/qt/routes/awaitedcall.h>

#ifndef Q_MOC_RUN // moc of Qt 6.4 cannot parse <concepts>
#    include <SignalBox/core/handleroptions.h>
#endif

#include <atomic>
#include <memory>
#include <optional>

namespace SignalBox::detail {

class Notification;
class RouteBase;

/*! What one call of a handler made: its coroutine, and what that refers to. Made of the program's types. */
class SIGNALBOX_QT_EXPORT HandlerBody
{
public:
    Q_DISABLE_COPY_MOVE(HandlerBody)
    virtual ~HandlerBody();

    /*! Calls the handler. Returns the place of the coroutine's owner. */
    virtual TaskFrame **create() = 0;
    /*! Of a coroutine that has returned. Throws what it has thrown. */
    virtual Propagation result() = 0;

protected:
    HandlerBody() noexcept = default;
};

/*!
    A call of a handler that returns a Task, from its begin to the end of its coroutine. Until the first wait it is an ordinary call; if it waits,
    the deliveries end with it, as with a future.
*/
class SIGNALBOX_QT_EXPORT HandlerTask final : public TaskDriver
{
public:
    /*!
        The handler of \a route is called for \a notification: makes \a body call it, and what that returns run up to the first wait. Throws
        what has been thrown until then.
    */
    static Propagation call(std::shared_ptr<HandlerCoroutines> coroutines, RouteBase &route,
                            const Notification &notification, std::unique_ptr<HandlerBody> body);

private:
    // Who tells of the end: the call, or, if it has returned before, the end. Acquire and release, in each exchange: who comes second sees
    // what the first one has done. The thread of the end is another one where the context has moved within the call.
    enum class Phase { Called, Awaited, Ended };

    HandlerTask(std::shared_ptr<HandlerCoroutines> coroutines, RouteBase &route, std::unique_ptr<HandlerBody> body);
    ~HandlerTask() override;

    TaskFrame **create() override;
    void takeResult() override;
    void clear() noexcept override;
    QString label() const override;
    void note(LoopWatch &loop, std::chrono::steady_clock::time_point begin,
              std::chrono::steady_clock::time_point end) const override;

    void await(const Notification &notification);
    void tellEnd() noexcept;

    const std::shared_ptr<HandlerCoroutines> m_coroutines;
    HandlerCoroutines::Member m_member{*this};
    AwaitedCall m_call;
    std::unique_ptr<HandlerBody> m_body;
    TaskFrame *m_none = nullptr;         // the owner of no coroutine
    std::optional<Propagation> m_result; // empty: it has not returned
    std::atomic<Phase> m_phase = Phase::Called;
};

} // namespace SignalBox::detail
