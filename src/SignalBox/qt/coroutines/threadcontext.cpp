// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/threadcontext_p.h>

#include <SignalBox/qt/delivery/handover_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: threads may still end then.
struct ThreadContexts
{
    std::mutex mutex;
    std::unordered_map<const QThread *, std::unique_ptr<QObject>> byThread;

    static ThreadContexts &instance()
    {
        static auto *const contexts = new ThreadContexts;
        return *contexts;
    }
};

} // namespace

QObject *ThreadContext::ofThisThread()
{
    ThreadContexts &contexts = ThreadContexts::instance();
    QThread *const thread = QThread::currentThread();
    {
        const std::lock_guard lock(contexts.mutex);
        if (const auto place = contexts.byThread.find(thread); place != contexts.byThread.end())
            return place->second.get();
    }
    auto made = std::make_unique<QObject>(); // only this thread makes its own
    QObject *const object = made.get();
    {
        const std::lock_guard lock(contexts.mutex);
        contexts.byThread.emplace(thread, std::move(made));
    }
    // Where the thread object dies, by whatever thread: it is over then.
    QObject::connect(thread, &QObject::destroyed, HandOver([thread, &contexts] {
                         std::unique_ptr<QObject> ended;
                         const std::lock_guard lock(contexts.mutex);
                         if (const auto place = contexts.byThread.find(thread); place != contexts.byThread.end()) {
                             ended = std::move(place->second);
                             contexts.byThread.erase(place);
                         }
                     }));
    return object;
}

} // namespace SignalBox::detail
