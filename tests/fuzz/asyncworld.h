// SPDX-License-Identifier: MIT
#pragma once

#include "asyncrecord.h"
#include "turnthread.h"

#include <QtCore/qobject.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

QT_BEGIN_NAMESPACE
class QThreadPool;
QT_END_NAMESPACE

// Registries, contexts and threads of which one at a time runs, with a record of what must come of it. Each operation is
// performed by the current place, that is, thread.
class AsyncWorld
{
public:
    using Registry = SignalBox::AsyncRegistry<AsyncEvent>;

    struct Registration
    {
        unsigned registry;
        TargetKind kind;
        unsigned target;
        SignalBox::AsyncOptions options;
        Action action;
        unsigned argument;
    };
    enum class How { Post, Notify, NotifySequentially };

    explicit AsyncWorld(QThreadPool &pool);
    AsyncWorld(const AsyncWorld &) = delete;
    AsyncWorld &operator=(const AsyncWorld &) = delete;
    // Ends everything, and checks what must be so then.
    ~AsyncWorld();

    // Has the function run by a place; false if its thread has finished, or waits for another place.
    bool performAt(unsigned place, const std::function<void()> &function);

    void registerHandler(const Registration &registration);
    void send(unsigned registry, How how);
    void askForNext(unsigned registry, unsigned context);
    void cancel(unsigned future);
    void unregister(unsigned handler);
    void unregisterAndWait(unsigned handler);
    void setEnabled(unsigned handler, bool enabled);
    void setPriority(unsigned handler, int priority);
    void clear(unsigned registry);
    void recreateRegistry(unsigned registry);
    void deleteContext(unsigned context);
    void makeContext(unsigned context);
    void moveContext(unsigned context, unsigned place);
    void turn();
    void turnAt(unsigned place);
    void finishThread(unsigned place);
    void startThread(unsigned place);
    // Once per operation: what runs in pools has ended.
    void settle();

private:
    struct Frame
    {
        const AsyncRecord *record;
        unsigned place;
    };

    // A call of post() or notify() that has not returned.
    struct Walk
    {
        unsigned registry;
        unsigned place;
        bool operator==(const Walk &) const = default;
    };

    QThread *threadOf(unsigned place);
    bool isRunning(unsigned place) { return threadOf(place)->isRunning(); }
    bool isPoolThread();
    unsigned placeOf(const QObject &context);
    AsyncRecord *recordOf(unsigned handler);
    bool runsElsewhere(const AsyncRecord &record) const;
    bool runsElsewhere(unsigned context) const;

    SignalBox::Propagation call(AsyncRecord &record, const AsyncEvent &event);
    void act(AsyncRecord &record);
    void endOf(AsyncRecord &record);
    void endHandlersOf(unsigned registry);
    void endHandlersWith(unsigned context);
    void registryHasChanged(unsigned registry);
    bool offer(unsigned registry, unsigned &count);
    void forgetExactness(unsigned registry);
    void checkCounts(unsigned registry);

    QThreadPool &m_pool;
    QThread *const m_main;
    TurnThread m_threads[placeCount - 1];
    std::vector<unsigned> m_busy{0}; // places, each waiting for the next; the last is the current one
    std::unique_ptr<QObject> m_contexts[contextCount];
    std::unique_ptr<Registry> m_registries[registryCount];
    unsigned m_changes[registryCount] = {};
    std::deque<AsyncRecord> m_records; // they do not move
    std::vector<AsyncPromise> m_promises;
    std::vector<QFuture<std::optional<AsyncEvent>>> m_next;
    std::vector<Frame> m_frames;
    std::vector<Walk> m_walks;
    unsigned m_lastNumber = 0;
    unsigned m_actionsLeft = 200; // so that each input ends
};
