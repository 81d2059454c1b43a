// SPDX-License-Identifier: MIT
#pragma once

#include "counts.h"

#include <SignalBox/AsyncRegistry>
#include <SignalBox/AsyncWatch>
#include <SignalBox/WatchSender>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <deque>
#include <memory>
#include <optional>
#include <vector>

// What an AsyncRegistry delivers: knows how many of it there are.
struct Parcel
{
    explicit Parcel(int parcelNumber) : number(parcelNumber) { ++alive; }
    Parcel(const Parcel &other) : number(other.number) { ++alive; }
    Parcel &operator=(const Parcel &) = delete;
    ~Parcel() { --alive; }

    int number;
    static inline std::atomic<std::int64_t> alive = 0;
};

// A registry that four threads post to, with handlers of every target and every backlog that stay, and others that come
// and go with their contexts; one with futures; a thread that restarts, a context that wanders, a watch.
class QtLoad
{
public:
    QtLoad();
    Q_DISABLE_COPY_MOVE(QtLoad)
    ~QtLoad();

    // By each of the posting threads, again and again.
    void post(int thread);
    // By the main thread.
    void step();
    // By the main thread, while no thread posts: when everything that waits has been delivered.
    bool isIdle();
    void check();
    std::int64_t waiting() const { return Parcel::alive; }

private:
    using Registry = SignalBox::AsyncRegistry<Parcel>;
    using Report = SignalBox::DispatchReport;

    struct Stable
    {
        SignalBox::HandlerId id;
        Counts::Count calls = 0;
    };

    template <class Register>
    void addStable(Register registerIt);
    void makeTransients();
    void notify();
    void collectFutures();
    void restartThread();
    void wander();

    Registry m_posted;
    Registry m_notified;
    SignalBox::WatchSender<int> m_sender{0};
    SignalBox::AsyncWatch<int> m_watch;
    QThreadPool m_pool;
    QThread m_worker;
    QThread m_other;
    QThread m_restarting;
    QObject m_here;
    QObject *m_there; // on m_worker
    QObject *m_wanderer; // on m_worker or m_other
    std::deque<Stable> m_stables; // of m_posted
    std::deque<std::unique_ptr<QObject>> m_contexts; // with transient handlers
    std::vector<QFuture<Report>> m_reports;
    std::vector<QFuture<std::optional<Parcel>>> m_nexts;
    Counts::Count m_posts = 0;
    std::atomic<int> m_sent = 0;
    int m_seen = 0;
    int m_steps = 0;
    // Once per sample.
    bool m_isToWander = false;
};
