// SPDX-License-Identifier: MIT
#include "asyncworld.h"

#include <SignalBox/DrainBudget>
#include <SignalBox/qt/delivery/sanitizerorder.h>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qscopeguard.h>
#include <QtCore/qthreadpool.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

using SignalBox::AsyncOptions;
using SignalBox::Propagation;

AsyncWorld::AsyncWorld(QThreadPool &pool) : m_pool(pool), m_main(QThread::currentThread())
{
    for (TurnThread &thread : m_threads)
        thread.start();
    for (unsigned context = 0; context < contextCount; ++context)
        makeContext(context);
    for (unsigned registry = 0; registry < registryCount; ++registry)
        recreateRegistry(registry);
}

AsyncWorld::~AsyncWorld()
{
    SignalBox::setDrainBudget(std::chrono::hours(1));
    for (int round = 0; round < 3; ++round) {
        for (unsigned place = 0; place < placeCount; ++place)
            turnAt(place);
    }
    for (unsigned place = 1; place < placeCount; ++place)
        finishThread(place);
    for (int round = 0; round < 4; ++round)
        turn();
    settle();
    for (unsigned registry = 0; registry < registryCount; ++registry) {
        checkCounts(registry);
        m_registries[registry].reset();
        endHandlersOf(registry);
    }
    turn();
    for (const AsyncPromise &promise : m_promises) {
        REQUIRE(promise.report.isFinished());
        if (promise.report.isCanceled() || !promise.isExact)
            continue;
        const SignalBox::DispatchReport report = promise.report.result();
        REQUIRE(report.called + report.dropped == promise.offered);
    }
    for (const auto &next : m_next)
        REQUIRE(next.isFinished());
    m_promises.clear();
    m_next.clear();
    for (auto &context : m_contexts)
        context.reset();
    turn();
    settle();
    // The library's own threads may be the last to let go of a deadline's event, or of a future's.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (AsyncEvent::alive != 0 && std::chrono::steady_clock::now() < patience)
        turn();
    REQUIRE(AsyncEvent::alive == 0);
}

// --- places --------------------------------------------------------------------------------------

QThread *AsyncWorld::threadOf(unsigned place)
{
    return place == 0 ? m_main : &m_threads[place - 1];
}

bool AsyncWorld::isPoolThread()
{
    for (unsigned place = 0; place < placeCount; ++place) {
        if (threadOf(place) == QThread::currentThread())
            return false;
    }
    return true;
}

unsigned AsyncWorld::placeOf(const QObject &context)
{
    unsigned place = 0;
    while (threadOf(place) != context.thread())
        ++place;
    return place;
}

bool AsyncWorld::performAt(unsigned place, const std::function<void()> &function)
{
    if (place == m_busy.back()) {
        function();
        return true;
    }
    if (std::find(m_busy.begin(), m_busy.end(), place) != m_busy.end() || !isRunning(place))
        return false;
    m_busy.push_back(place);
    m_threads[place - 1].perform(function);
    m_busy.pop_back();
    return true;
}

void AsyncWorld::turn()
{
    QCoreApplication::processEvents();
}

void AsyncWorld::turnAt(unsigned place)
{
    performAt(place, [this] { turn(); });
}

void AsyncWorld::finishThread(unsigned place)
{
    if (place != 0 && std::find(m_busy.begin(), m_busy.end(), place) == m_busy.end()) {
        // While it ends it is the one that runs: what is dropped there may end a step, and the next one is inline.
        m_busy.push_back(place);
        m_threads[place - 1].finish();
        SignalBox::detail::SanitizerOrder::acquire(this); // QThread::wait() does order what ran at the thread's very end
        m_busy.pop_back();
    }
}

void AsyncWorld::startThread(unsigned place)
{
    if (place != 0 && !isRunning(place))
        m_threads[place - 1].start();
}

void AsyncWorld::settle()
{
    m_pool.waitForDone();
}

// --- handlers ------------------------------------------------------------------------------------

AsyncRecord *AsyncWorld::recordOf(unsigned handler)
{
    return m_records.empty() ? nullptr : &m_records[handler % m_records.size()];
}

void AsyncWorld::registerHandler(const Registration &registration)
{
    if (!m_registries[registration.registry] || m_records.size() >= 60)
        return;
    if (registration.kind == TargetKind::Context && !m_contexts[registration.target])
        return;
    AsyncRecord &record = m_records.emplace_back();
    record.registry = registration.registry;
    record.kind = registration.kind;
    record.target = registration.target;
    record.action = registration.action;
    record.argument = registration.argument;
    record.isOnce = registration.options.once && record.kind != TargetKind::Pool; // its end would not be seen here
    record.isEnabled = registration.options.enabled;
    record.isExact = !record.isOnce;
    record.isLate = record.kind != TargetKind::Inline && registration.options.backlog.time() >= std::chrono::hours(1);
    Registry &registry = *m_registries[registration.registry];
    const auto handler = [this, &record](const AsyncEvent &event) { return call(record, event); };
    AsyncOptions options = registration.options;
    options.once = record.isOnce;
    switch (registration.kind) {
    case TargetKind::Inline:
        options.backlog = {};
        record.id = registry.registerHandler(handler, options);
        break;
    case TargetKind::Context:
        record.id = registry.registerHandler(m_contexts[registration.target].get(), handler, options);
        break;
    case TargetKind::Thread:
        record.id = registry.registerHandler(SignalBox::onThread(threadOf(registration.target)), handler, options);
        break;
    case TargetKind::Pool:
        if (!options.backlog.isImmediate())
            options.backlog = {};
        record.isLate = false;
        record.id = registry.registerHandler(SignalBox::inPool(&m_pool), handler, options);
        break;
    }
    REQUIRE(record.id.isValid());
    registryHasChanged(record.registry);
}

Propagation AsyncWorld::call(AsyncRecord &record, const AsyncEvent &event)
{
    const auto release = qScopeGuard([this] { SignalBox::detail::SanitizerOrder::release(this); });
    const unsigned calls = ++record.calls;
    REQUIRE(!record.isOnce || calls == 1);
    if (event.order == AsyncEvent::Order::Kept) {
        unsigned &last = record.last[event.producer];
        REQUIRE(last < event.number);
        last = event.number;
    }
    // Beside the current place: in a pool, or behind a pool handler in a sequential notify.
    if (record.kind == TargetKind::Pool || (record.kind == TargetKind::Inline && isPoolThread())) {
        if (record.action == Action::Throw)
            throw std::runtime_error("thrown");
        return Propagation::Continue;
    }
    REQUIRE(!record.hasEnded);
    REQUIRE(record.isEnabled);
    REQUIRE(QThread::currentThread() == threadOf(m_busy.back()));
    if (record.kind == TargetKind::Context) {
        REQUIRE(m_contexts[record.target] != nullptr);
        REQUIRE(m_contexts[record.target]->thread() == QThread::currentThread());
    } else if (record.kind == TargetKind::Thread) {
        REQUIRE(threadOf(record.target) == QThread::currentThread());
    }
    if (record.isOnce)
        endOf(record);
    m_frames.push_back({&record, m_busy.back()});
    if (m_actionsLeft > 0 && m_frames.size() < 8) {
        --m_actionsLeft;
        act(record);
    }
    m_frames.pop_back();
    if (record.action == Action::Throw)
        throw std::runtime_error("thrown");
    if (record.action == Action::Stop) {
        forgetExactness(record.registry);
        return Propagation::Stop;
    }
    return Propagation::Continue;
}

void AsyncWorld::act(AsyncRecord &record)
{
    switch (record.action) {
    case Action::Nothing:
    case Action::Throw:
    case Action::Stop:
        break;
    case Action::PostHere:
        send(record.registry, How::Post);
        break;
    case Action::PostToTheOther:
        send(1 - record.registry, record.argument % 2 == 0 ? How::Post : How::Notify);
        break;
    case Action::UnregisterSelf:
        if (m_registries[record.registry] && m_registries[record.registry]->unregister(record.id))
            endOf(record);
        break;
    case Action::UnregisterAnother:
        unregister(record.argument);
        break;
    case Action::PauseSelf:
        if (m_registries[record.registry] && m_registries[record.registry]->setEnabled(record.id, false)) {
            record.isEnabled = false;
            registryHasChanged(record.registry);
        }
        break;
    case Action::DeleteContext:
        deleteContext(record.argument % contextCount);
        break;
    case Action::MoveContext:
        moveContext(record.argument % contextCount, record.argument / contextCount % placeCount);
        break;
    case Action::Turn:
        turn();
        break;
    case Action::TurnElsewhere:
        turnAt(record.argument % placeCount);
        break;
    case Action::DestroyRegistry:
        if (m_busy.back() == 0) {
            m_registries[record.registry].reset();
            endHandlersOf(record.registry);
        }
        break;
    }
}

void AsyncWorld::unregister(unsigned handler)
{
    AsyncRecord *const record = recordOf(handler);
    if (!record || !m_registries[record->registry])
        return;
    const bool isDone = m_registries[record->registry]->unregister(record->id);
    REQUIRE(record->isOnce || isDone == !record->hasEnded); // it may have been called in a pool
    endOf(*record);
}

// A call that is under way on a place that waits for this one would be waited for without end.
void AsyncWorld::unregisterAndWait(unsigned handler)
{
    AsyncRecord *const record = recordOf(handler);
    if (!record || !m_registries[record->registry] || runsElsewhere(*record))
        return;
    const bool isDone = m_registries[record->registry]->unregisterAndWait(record->id);
    REQUIRE(record->isOnce || isDone == !record->hasEnded); // it may have been called in a pool
    endOf(*record);
}

void AsyncWorld::setEnabled(unsigned handler, bool enabled)
{
    AsyncRecord *const record = recordOf(handler);
    if (!record || !m_registries[record->registry])
        return;
    const bool isDone = m_registries[record->registry]->setEnabled(record->id, enabled);
    REQUIRE(record->isOnce || isDone == !record->hasEnded); // it may have been called in a pool
    record->isEnabled = enabled;
    registryHasChanged(record->registry);
}

void AsyncWorld::setPriority(unsigned handler, int priority)
{
    AsyncRecord *const record = recordOf(handler);
    if (!record || !m_registries[record->registry])
        return;
    const bool isDone = m_registries[record->registry]->setPriority(record->id, priority);
    REQUIRE(record->isOnce || isDone == !record->hasEnded); // it may have been called in a pool
    registryHasChanged(record->registry);
}

void AsyncWorld::clear(unsigned registry)
{
    if (!m_registries[registry])
        return;
    m_registries[registry]->clear();
    endHandlersOf(registry);
}

void AsyncWorld::recreateRegistry(unsigned registry)
{
    if (m_busy.back() != 0)
        return;
    m_registries[registry].reset();
    endHandlersOf(registry);
    m_registries[registry] = std::make_unique<Registry>();
    m_registries[registry]->onException([](const SignalBox::ExceptionInfo &) {});
}

bool AsyncWorld::runsElsewhere(const AsyncRecord &record) const
{
    return std::any_of(m_frames.begin(), m_frames.end(), [&](const Frame &frame) {
        return frame.record == &record && frame.place != m_busy.back();
    });
}

bool AsyncWorld::runsElsewhere(unsigned context) const
{
    return std::any_of(m_frames.begin(), m_frames.end(), [&](const Frame &frame) {
        return frame.record->kind == TargetKind::Context && frame.record->target == context && frame.place != m_busy.back();
    });
}

void AsyncWorld::endOf(AsyncRecord &record)
{
    record.hasEnded = true;
    registryHasChanged(record.registry);
}

void AsyncWorld::endHandlersOf(unsigned registry)
{
    for (AsyncRecord &record : m_records) {
        if (record.registry == registry)
            record.hasEnded = true;
    }
    registryHasChanged(registry);
}

void AsyncWorld::endHandlersWith(unsigned context)
{
    for (AsyncRecord &record : m_records) {
        if (record.kind == TargetKind::Context && record.target == context)
            endOf(record);
    }
}

// --- contexts ------------------------------------------------------------------------------------

void AsyncWorld::makeContext(unsigned context)
{
    if (m_contexts[context])
        return;
    static constexpr unsigned places[contextCount] = {0, 1, 2, 1};
    m_contexts[context] = std::make_unique<QObject>();
    if (isRunning(places[context]))
        m_contexts[context]->moveToThread(threadOf(places[context]));
}

void AsyncWorld::deleteContext(unsigned context)
{
    if (!m_contexts[context] || runsElsewhere(context))
        return;
    const auto end = [this, context] {
        // It is there until its handlers have gone.
        delete m_contexts[context].get();
        static_cast<void>(m_contexts[context].release());
        endHandlersWith(context);
    };
    const unsigned place = placeOf(*m_contexts[context]);
    if (isRunning(place))
        performAt(place, end);
    else
        end();
}

void AsyncWorld::moveContext(unsigned context, unsigned place)
{
    if (!m_contexts[context])
        return;
    performAt(placeOf(*m_contexts[context]), [&] { m_contexts[context]->moveToThread(threadOf(place)); });
}
