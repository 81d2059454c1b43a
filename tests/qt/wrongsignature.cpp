// SPDX-License-Identifier: MIT
//
// Handlers whose signature or target does not fit: the first error says what is expected. One per compilation, see CMakeLists.txt.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/EventModel>
#include <SignalBox/Task>

#include <QtCore/qobject.h>
#include <QtCore/qpointer.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>

#include <memory>
#include <string>

class Pool : public QThreadPool
{};

class Page : public QObject
{
public:
    void show(int, int) {}
    void clear() {}
    SignalBox::Task<int> count() { co_return 1; }
    SignalBox::Task<> fade() { co_return; }
};

class Worker : public QThread
{
public:
    void listen(SignalBox::AsyncRegistry<int> &registry)
    {
#if defined(CORRECT)
        registry.registerHandler(static_cast<QObject *>(this), [](const int &){});
        registry.registerHandler(SignalBox::onThread(this), [](const int &){});
#elif defined(THREAD_ITSELF)
        registry.registerHandler(this, [](const int &){});
#endif
    }
};

void misuse([[maybe_unused]] QObject *context, [[maybe_unused]] Worker *worker, [[maybe_unused]] Pool *pool)
{
    SignalBox::AsyncRegistry<int> registry;
#if defined(CORRECT)
    registry.registerHandler(context, [](const int &) {});
    registry.registerHandler(SignalBox::onThread(worker), [](const int &) {}, {.priority = 1});
    registry.registerHandler(SignalBox::inPool(pool), [](const int &) {});
    registry.registerHandler(context, [](const SignalBox::EventBatch<int> &) {});
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::newestBy([](int i) { return i; })});
    registry.registerHandler(nullptr, [](const int &) {}); // refused when it runs
    Page page;
    registry.registerHandler(&page, &Page::fade);
    registry.registerHandler(context, [](const int &) -> SignalBox::Task<> { co_return; });
    registry.registerHandler(SignalBox::onThread(worker), []() -> SignalBox::Task<SignalBox::Propagation> {
        co_return SignalBox::Propagation::Stop;
    });
    SignalBox::EventModel model;
    model.setRegistry(&registry);
    model.setRegistry(nullptr);
#elif defined(OTHER_EVENT)
    registry.registerHandler(context, [](const std::string &) {});
#elif defined(OTHER_RESULT)
    registry.registerHandler(context, [](const int &) { return 5; });
#elif defined(WRITABLE_EVENT)
    registry.registerHandler([](int &) {});
#elif defined(TWO_ARGUMENTS)
    static_cast<void>(registry.registerGuard(context, [](const int &, int) {}));
#elif defined(MEMBER_OF_TWO_ARGUMENTS)
    Page page;
    registry.registerHandler(&page, &Page::show);
#elif defined(MEMBER_IN_A_POOL)
    registry.registerHandler(SignalBox::inPool(pool), &Page::clear);
#elif defined(BATCH_WITHOUT_DATA)
    SignalBox::AsyncRegistry<void> bell;
    bell.registerHandler(context, [](const SignalBox::EventBatch<void> &) {});
#elif defined(KEY_WITHOUT_DATA)
    SignalBox::AsyncRegistry<void> bell;
    bell.registerHandler(context, [] {}, {.backlog = SignalBox::Backlog::newestBy([] { return 1; })});
#elif defined(MODEL_WITHOUT_DATA)
    SignalBox::AsyncRegistry<void> bell;
    SignalBox::EventModel model;
    model.setRegistry(&bell);
#elif defined(THREAD_ALONE)
    registry.registerHandler(static_cast<QThread *>(worker), [](const int &) {});
#elif defined(POOL_ALONE)
    registry.registerHandler(static_cast<QThreadPool *>(pool), [](const int &) {}, {.priority = 1});
#elif defined(DERIVED_THREAD)
    registry.registerHandler(worker, [](const int &) {});
#elif defined(DERIVED_POOL)
    registry.registerHandler(pool, [](const int &) {});
#elif defined(THREAD_POINTER)
    registry.registerHandler(QPointer<QThread>(worker), [](const int &) {});
#elif defined(INLINE_BATCH)
    registry.registerHandler([](const SignalBox::EventBatch<int> &) {});
#elif defined(INLINE_TASK)
    registry.registerHandler([](const int &) -> SignalBox::Task<> { co_return; });
#elif defined(INLINE_TASK_GUARD)
    static_cast<void>(registry.registerGuard(
            []() -> SignalBox::Task<SignalBox::Propagation> { co_return SignalBox::Propagation::Stop; }));
#elif defined(TASK_IN_A_POOL)
    registry.registerHandler(SignalBox::inPool(pool), [](const int &) -> SignalBox::Task<> { co_return; });
#elif defined(TASK_OF_A_BATCH)
    registry.registerHandler(context, [](const SignalBox::EventBatch<int> &) -> SignalBox::Task<> { co_return; });
#elif defined(TASK_RESULT)
    registry.registerHandler(context, [](const int &) -> SignalBox::Task<int> { co_return 1; });
#elif defined(TASK_RESULT_OF_A_MEMBER)
    Page page;
    registry.registerHandler(&page, &Page::count);
#elif defined(BATCH_RESULT)
    registry.registerHandler(context, [](const SignalBox::EventBatch<int> &) { return SignalBox::Propagation::Stop; });
#elif defined(KEY_OF_OTHER_EVENT)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::newestBy(&std::string::size)});
#elif defined(MERGE_OF_OTHER_EVENT)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::merged([](std::string &, std::string &&) {})});
#elif defined(MERGE_WITHOUT_COPY)
    SignalBox::AsyncRegistry<std::unique_ptr<int>> owners;
    owners.registerHandler(context, [] {}, {.backlog = SignalBox::Backlog::merged([](auto &, auto &&) {})});
#elif defined(PREDICATE_OF_OTHER_EVENT)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::all().where([](const std::string &) { return true; })});
#elif defined(TWO_PREDICATES)
    const auto all = [](int) { return true; };
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::all().where(all).where(all)});
#elif defined(KEY_WITHOUT_HASH)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::newestBy([](int) { return Pool(); })});
#elif defined(KEY_OF_ADDRESSES)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::newestBy([](int) { return ""; })});
#elif defined(KEY_FUNCTION_THAT_CHANGES)
    registry.registerHandler(context, [](int) {}, {.backlog = SignalBox::Backlog::newestBy([count = 0](int) mutable { return ++count; })});
#elif defined(OTHER_EVENT_WITH_ITS_NEWEST)
    registry.registerHandler(context, [](std::string) {}, {.backlog = SignalBox::Backlog::newestBy([](int i) { return i; })});
#elif defined(CONNECTION_TYPE)
    registry.registerHandler(context, [](const int &) {}, Qt::QueuedConnection);
#elif defined(GUARD_ON_THREAD)
    static_cast<void>(registry.registerGuard(worker, [](const int &) {}));
#endif
}
