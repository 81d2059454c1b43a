// SPDX-License-Identifier: MIT
//
// The examples in the comments of headers about producers and loops that must not wait: quotations.cmake compares them with this file; here
// they run.
#include <SignalBox/AsyncRegistry>
#include <SignalBox/DeliverPending>
#include <SignalBox/HasNewerEvent>
#include <SignalBox/RealtimeSource>

#include <QtCore/qcoreapplication.h>
#include <QtCore/qthread.h>
#include <QtCore/qthreadpool.h>
#include <QtTest/qtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct Document
{
    QString name;
    QString text;
};

struct Hit
{
    QString query;
    QString document;
};

struct Level { float left, right; };

class Window : public QObject
{
public:
    void showLevel(const Level &level) { shown = level.left; }

    float shown = 0;
};

struct Block
{
    float loudest;
};

Level levelOf(const Block &block) { return {block.loudest, block.loudest}; }

// Stands for an audio device: calls back on a thread of its own.
class Audio
{
public:
    ~Audio() { m_thread.join(); }
    template <class F>
    void start(F callback)
    {
        m_thread = std::thread([callback = std::move(callback)]() mutable { callback(Block{0.5F}); });
    }

private:
    std::thread m_thread;
};

std::atomic<int> blocks = 0;

class Engine : public QThread
{
public:
    void run() override;

private:
    void renderBlock() { ++blocks; }
};

void Engine::run() // of a QThread, without exec()
{
    while (!isInterruptionRequested()) {
        SignalBox::deliverPending(QDeadlineTimer(2)); // milliseconds
        renderBlock();
    }
}

} // namespace

class LoopReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void realtimeSource()
    {
        Window window;
        Audio audio;
        SignalBox::AsyncRegistry<Level> levels;
        auto meter = levels.addRealtimeSource(1024);
        levels.registerHandler(&window, &Window::showLevel, {.backlog = SignalBox::Backlog::newest().every(16)});
        audio.start([meter = std::move(meter)](const Block &block) mutable { meter.offer(levelOf(block)); });
        QTRY_COMPARE(window.shown, 0.5F);
    }

    void nested()
    {
        QObject window;
        SignalBox::AsyncRegistry<QString> files;
        QStringList opened;
        const auto askAndOpen = [&](const QString &file) {
            QCoreApplication::processEvents(); // as a dialog would
            opened.append(file);
        };
        files.registerHandler(&window, askAndOpen, {.nested = SignalBox::Nested::Wait});
        files.post(QStringLiteral("a"));
        files.post(QStringLiteral("b"));
        QTRY_COMPARE(opened, (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    }

    void hasNewerEvent()
    {
        const std::vector<Document> documents = {{QStringLiteral("a.txt"), QStringLiteral("one two")}, {QStringLiteral("b.txt"), QStringLiteral("two")}};
        SignalBox::AsyncRegistry<QString> queries;
        SignalBox::AsyncRegistry<Hit> hits;
        QStringList found;
        hits.registerHandler(this, [&](const Hit &hit) { found.append(hit.document); });
        queries.registerHandler(SignalBox::inPool(QThreadPool::globalInstance()),
                                [&](const QString &query) {
                                    for (const Document &document : documents) {
                                        if (SignalBox::hasNewerEvent())
                                            return; // the user has typed on
                                        if (document.text.contains(query))
                                            hits.post({query, document.name});
                                    }
                                },
                                {.backlog = SignalBox::Backlog::newest()});
        queries.post(QStringLiteral("one"));
        QTRY_COMPARE(found, QStringList{QStringLiteral("a.txt")});
    }

    void deliverPending()
    {
        Engine engine;
        engine.start();
        SignalBox::AsyncRegistry<int> registry;
        std::atomic<int> delivered = 0;
        registry.registerHandler(SignalBox::onThread(&engine), [&](const int &event) { delivered = event; });
        registry.post(7);
        QTRY_COMPARE(delivered.load(), 7);
        QTRY_VERIFY(blocks > 0);
        engine.requestInterruption();
        QVERIFY(engine.wait());
    }
};

QTEST_GUILESS_MAIN(LoopReference)
#include "tst_loopreference.moc"
