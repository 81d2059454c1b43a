// SPDX-License-Identifier: MIT
#include "../core/gate.h"
#include "../qt/waitfor.h"
#include "../qt/workerthread.h"
#include "module.h"
#include "qtplugin.h"

#include <QtCore/qpluginloader.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;

namespace {

constexpr const char *pluginFile = PLUGIN_FILE;

// Threads that post all the time, but no more than the worker can take.
class Producers
{
public:
    Producers(AsyncRegistry<Message> &messages, QThread *worker)
        : m_guard(messages.registerGuard(SignalBox::onThread(worker), [this](const Message &) { m_received.fetch_add(1, std::memory_order_relaxed); }))
    {
        for (int i = 0; i < threadCount; ++i)
            m_threads.emplace_back([this, &messages] { run(messages); });
    }
    Q_DISABLE_COPY_MOVE(Producers)
    ~Producers()
    {
        m_isStopped = true;
        for (std::thread &thread : m_threads)
            thread.join();
    }

    int received() const { return m_received.load(std::memory_order_relaxed); }

private:
    static constexpr int threadCount = 2;

    void run(AsyncRegistry<Message> &messages)
    {
        for (int number = 0; !m_isStopped; ++number) {
            messages.post({number});
            m_posted.fetch_add(1, std::memory_order_relaxed);
            while (!m_isStopped && m_posted.load(std::memory_order_relaxed) > received() + 1000)
                std::this_thread::yield();
        }
    }

    std::atomic<bool> m_isStopped = false;
    std::atomic<int> m_posted = 0;
    std::atomic<int> m_received = 0;
    std::vector<std::thread> m_threads;
    SignalBox::HandlerGuard m_guard;
};

} // namespace

/*! A plugin that lets go of its handlers can be unloaded: nothing of the library calls or reads its code afterwards. */
class QtPluginTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QPluginLoader> m_loader;
    Plugin *m_plugin = nullptr;

    void load()
    {
        // Without hints, or unload() keeps the code; newer versions of Qt do not take back those of a file.
        m_loader = std::make_unique<QPluginLoader>();
        m_loader->setLoadHints({});
        m_loader->setFileName(QString::fromUtf8(pluginFile));
        m_plugin = qobject_cast<Plugin *>(m_loader->instance());
        QVERIFY2(m_plugin, qPrintable(m_loader->errorString()));
        QVERIFY(isLoaded(pluginFile));
    }

    void unload()
    {
        m_plugin->letGo();
        m_plugin = nullptr;
        QVERIFY2(m_loader->unload(), qPrintable(m_loader->errorString()));
        QVERIFY(!isLoaded(pluginFile));
    }

private Q_SLOTS:
    void pluginIsLoadedAndUnloadedAHundredTimesWhileThreadsPost()
    {
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<Message> messages;
        Producers producers(messages, worker.thread());
        for (int round = 0; round < 100; ++round) {
            const int receivedBefore = producers.received();
            QtHost host{&messages, worker.thread(), &pool};
            load();
            m_plugin->registerWithGuards(host);
            m_plugin->registerWithOwners(host);
            QVERIFY(waitFor([&] {
                return std::all_of(host.calls.begin(), host.calls.end(), [](const std::atomic<int> &calls) { return calls > 0; });
            }));
            unload();
            QCOMPARE(messages.handlerCount(), 1);
            QVERIFY(waitFor([&] { return producers.received() > receivedBefore; }));
        }
    }

    void eventsThatWaitForAnUnloadedPluginAreDropped()
    {
        constexpr int eventCount = 100;
        Gate gate;
        WorkerThread worker;
        QThreadPool pool;
        AsyncRegistry<Message> messages;
        int received = 0;
        QtHost host{&messages, worker.thread(), &pool};
        load();
        m_plugin->registerWithGuards(host);
        QFuture<SignalBox::DispatchReport> future;
        {
            Visitor visitor(gate, [&] { worker.run([&] { gate.pass(); }); });
            messages.registerHandler(SignalBox::onThread(worker.thread()), [&](const Message &) { ++received; });
            for (int number = 0; number < eventCount - 1; ++number)
                messages.post({number});
            future = messages.notify({eventCount - 1});
            unload();
        }
        QVERIFY(finishes(future));
        worker.drain();
        QCOMPARE(received, eventCount);
        QCOMPARE(host.callsOf(Kind::GuardedInline), eventCount); // on the posting thread, before the end
        QCOMPARE(host.callsOf(Kind::GuardedOnThread), 0);
        QCOMPARE(host.callsOf(Kind::GuardedLatest), 0);
        QVERIFY(future.result().dropped >= 2);
    }

    void pluginMayOutliveTheRegistry()
    {
        WorkerThread worker;
        QThreadPool pool;
        auto messages = std::make_unique<AsyncRegistry<Message>>();
        QtHost host{messages.get(), worker.thread(), &pool};
        load();
        m_plugin->registerWithGuards(host);
        m_plugin->registerWithOwners(host);
        messages->post({0});
        messages.reset();
        unload();
        worker.drain();
    }
};

QTEST_GUILESS_MAIN(QtPluginTest)
#include "tst_qtplugin.moc"
