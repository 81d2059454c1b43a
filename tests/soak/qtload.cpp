// SPDX-License-Identifier: MIT
#include "qtload.h"

#include <SignalBox/qt/delivery/handover_p.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

using SignalBox::AsyncHandlerInfo;
using SignalBox::AsyncOptions;
using SignalBox::Backlog;

namespace {

constexpr std::int64_t mostWaiting = 20000; // events; the posting threads give way beyond it
constexpr int handlersOfNotified = 4;

const Backlog backlogs[] = {
    Backlog::all(),  Backlog::newest(64),     Backlog::oldest(64),
    Backlog::newest(),     Backlog::throttled(5),    Backlog::debounced(5),
};

} // namespace

QtLoad::QtLoad() : m_watch(m_sender.subscribe()), m_there(new QObject), m_wanderer(new QObject)
{
    m_there->moveToThread(&m_worker);
    m_wanderer->moveToThread(&m_worker);
    for (QThread *thread : {&m_worker, &m_other, &m_restarting})
        thread->start();

    m_posted.onException([](const SignalBox::ExceptionInfo &) { ++counts.failures; }); // or they would be logged
    addStable([&](auto handler) { return m_posted.registerHandler(handler); });
    addStable([&](auto handler) { return m_posted.registerHandler(SignalBox::inPool(&m_pool), handler); });
    addStable([&](auto handler) { return m_posted.registerHandler(SignalBox::onThread(&m_restarting), handler); });
    addStable([&](auto handler) { return m_posted.registerHandler(m_wanderer, handler); });
    for (const Backlog &backlog : backlogs) {
        const AsyncOptions options{.backlog = backlog};
        addStable([&](auto handler) { return m_posted.registerHandler(m_there, handler, options); });
        addStable([&](auto handler) { return m_posted.registerHandler(&m_here, handler, options); });
    }

    const auto ignore = [](const Parcel &) { ++counts.deliveries; };
    m_notified.registerHandler(ignore);
    m_notified.registerHandler(&m_here, ignore, {.delivery = SignalBox::Delivery::Queued});
    m_notified.registerHandler(m_there, ignore, {.backlog = Backlog::newest(4)});
    m_notified.registerHandler(SignalBox::onThread(&m_restarting), ignore);
    m_watch.onChanged(&m_here, [this](const int &value) { m_seen = value; }).release();
}

QtLoad::~QtLoad()
{
    m_contexts.clear();
    m_there->deleteLater(); // by its thread, at its end
    for (QThread *thread : {&m_worker, &m_other, &m_restarting}) {
        thread->quit();
        thread->wait();
    }
    delete m_wanderer; // its thread has ended
}

template <class Register>
void QtLoad::addStable(Register registerIt)
{
    Stable &stable = m_stables.emplace_back();
    stable.id = registerIt([&stable](const Parcel &) {
        ++stable.calls;
        ++counts.deliveries;
    });
    ADDS_UP(stable.id.isValid());
}

void QtLoad::post(int thread)
{
    for (int i = 0; i < 50; ++i) {
        m_posted.post(Parcel(i));
        ++m_posts;
        ++counts.posts;
    }
    if (thread == 0) {
        const int next = ++m_sent;
        m_sender.send(next);
        ++counts.changes;
    }
    while (Parcel::alive > mostWaiting)
        std::this_thread::sleep_for(std::chrono::microseconds(200)); // until others have taken enough: nobody tells when
}

void QtLoad::step()
{
    ++m_steps;
    makeTransients();
    notify();
    if (m_steps % 50 == 0)
        restartThread();
    if (std::exchange(m_isToWander, false))
        wander();
}

void QtLoad::makeTransients()
{
    auto context = std::make_unique<QObject>();
    for (const Backlog &backlog : backlogs) {
        m_posted.registerHandler(context.get(), [](const Parcel &parcel) {
            if (parcel.number == 49)
                throw parcel.number;
        }, {.name = QStringLiteral("transient"), .backlog = backlog});
        ++counts.registrations;
    }
    m_nexts.push_back(m_posted.next(context.get()));
    m_contexts.push_back(std::move(context));
    if (m_contexts.size() <= 5)
        return;
    // Some die here, some where they have been moved to, with events on their way.
    context = std::move(m_contexts.front());
    m_contexts.pop_front();
    ++counts.contexts;
    if (m_steps % 2 == 0)
        return;
    context->moveToThread(&m_other);
    context.release()->deleteLater();
}

void QtLoad::notify()
{
    m_reports.push_back(m_steps % 2 == 0 ? m_notified.notify(Parcel(1)) : m_notified.notifySequential(Parcel(2)));
    if (m_steps % 7 == 0)
        m_reports.push_back(m_notified.notify(Parcel(3), QDeadlineTimer(m_steps % 3)));
    collectFutures();
}

void QtLoad::collectFutures()
{
    std::erase_if(m_reports, [](const QFuture<Report> &future) {
        if (!future.isFinished())
            return false;
        const Report report = future.result();
        ADDS_UP(report.called + report.dropped == handlersOfNotified);
        ++counts.futures;
        return true;
    });
    std::erase_if(m_nexts, [](const auto &future) {
        if (future.isFinished())
            ++counts.futures;
        return future.isFinished();
    });
}

void QtLoad::restartThread()
{
    m_restarting.quit();
    m_restarting.wait();
    m_restarting.start();
    ++counts.restarts;
}

// Posted to where it lives now.
void QtLoad::wander()
{
    SignalBox::detail::postCall(m_wanderer, [this] {
        m_wanderer->moveToThread(m_wanderer->thread() == &m_worker ? &m_other : &m_worker);
    });
}

bool QtLoad::isIdle()
{
    collectFutures(); // they hold parcels
    return Parcel::alive == 0 && m_seen == m_sent && m_reports.empty();
}

// Each event that was posted has reached each handler that stays, or was merged or dropped by it.
void QtLoad::check()
{
    m_isToWander = true; // when the load is back
    const std::vector<AsyncHandlerInfo> rows = m_posted.handlers();
    for (const Stable &stable : m_stables) {
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const AsyncHandlerInfo &info) { return info.id == stable.id; });
        ADDS_UP(row != rows.end());
        const std::uint64_t accounted = stable.calls + row->dropped + row->merged;
        if (accounted != m_posts) {
            std::fprintf(stderr, "handler %s on %s: %llu calls, %llu dropped, %llu merged of %llu\n",
                         row->id.toString().c_str(), qPrintable(row->threadName),
                         static_cast<unsigned long long>(stable.calls), static_cast<unsigned long long>(row->dropped),
                         static_cast<unsigned long long>(row->merged), static_cast<unsigned long long>(m_posts));
        }
        ADDS_UP(accounted == m_posts);
    }
}
