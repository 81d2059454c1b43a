// SPDX-License-Identifier: MIT
#include <SignalBox/qt/coroutines/threadcontext_p.h>

#include <QtCore/qobject.h>
#include <QtCore/qthread.h>

#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace SignalBox::detail {

namespace {

// Not destroyed at exit: the main thread's object goes later.
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

void endContextOf(const QThread *thread)
{
    std::unique_ptr<QObject> context;
    ThreadContexts &contexts = ThreadContexts::instance();
    const std::lock_guard lock(contexts.mutex);
    if (const auto place = contexts.byThread.find(thread); place != contexts.byThread.end()) {
        context = std::move(place->second); // which goes after the lock
        contexts.byThread.erase(place);
    }
}

} // namespace

QObject *contextOf(QThread *thread)
{
    QObject *context = nullptr;
    {
        ThreadContexts &contexts = ThreadContexts::instance();
        const std::lock_guard lock(contexts.mutex);
        std::unique_ptr<QObject> &place = contexts.byThread[thread];
        if (place)
            return place.get();
        place = std::make_unique<QObject>();
        place->moveToThread(thread);
        context = place.get();
    }
    // Without the mutex, as this calls the thread object's connectNotify().
    QObject::connect(thread, &QObject::destroyed, [thread] { endContextOf(thread); });
    return context;
}

} // namespace SignalBox::detail
