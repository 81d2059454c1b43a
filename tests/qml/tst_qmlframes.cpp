// SPDX-License-Identifier: MIT
#include "../qt/waitfor.h"
#include "inlineobject.h"

#include <SignalBox/AsyncRegistry>

#include <QtQml/qqmlengine.h>
#include <QtQuick/qquickwindow.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using SignalBox::AsyncRegistry;

namespace {

// A window that shows, once for each of its frames, what has come since the frame before; and how many frames it has had.
const char *const source = R"qml(
    import QtQuick
    import SignalBox
    Window {
        id: window
        required property Registry values
        property int frames: 0
        property var batches: []
        property var framesOfBatches: []
        width: 200; height: 100; visible: true
        Text {
            id: label
            anchors.fill: parent
        }
        RegistryHandler {
            id: perFrame
            registry: window.values
            batch: true
            onDemand: true
            handler: events => {
                window.batches.push(events)
                window.framesOfBatches.push(window.frames)
                label.text = events[events.length - 1]
            }
        }
        FrameAnimation {
            running: label.Window.visibility !== Window.Hidden
            onTriggered: {
                ++window.frames
                perFrame.deliver()
            }
        }
    }
)qml";

// Counts frames that are there whatever becomes of the window.
const char *const clockSource = R"qml(
    import QtQuick
    FrameAnimation {
        property int frames: 0
        running: true
        onTriggered: ++frames
    }
)qml";

// The window's, as C++ sees it.
struct Frames
{
    explicit Frames(AsyncRegistry<int> &registry)
        : window(createObject(engine, source, {{QStringLiteral("values"), QVariant::fromValue<SignalBox::RegistryObject *>(&registry)}})),
          clock(createObject(engine, clockSource))
    {
    }

    QQuickWindow &quickWindow() { return *qobject_cast<QQuickWindow *>(window.get()); }
    int count() const { return window->property("frames").toInt(); }
    std::vector<std::vector<int>> batches() const
    {
        std::vector<std::vector<int>> result;
        for (const QVariant &batch : list("batches")) {
            std::vector<int> events;
            for (const QVariant &event : batch.toList())
                events.push_back(event.toInt());
            result.push_back(std::move(events));
        }
        return result;
    }
    std::vector<int> framesOfBatches() const
    {
        std::vector<int> result;
        for (const QVariant &frame : list("framesOfBatches"))
            result.push_back(frame.toInt());
        return result;
    }
    std::size_t eventCount() const
    {
        std::size_t count = 0;
        for (const auto &batch : batches())
            count += batch.size();
        return count;
    }
    // While the machine's animations go on for some frames.
    bool passSomeFrames()
    {
        const int before = clock->property("frames").toInt();
        return waitFor([&] { return clock->property("frames").toInt() >= before + 5; });
    }

    QQmlEngine engine;
    std::unique_ptr<QObject> window;
    std::unique_ptr<QObject> clock;

private:
    QVariantList list(const char *name) const { return window->property(name).value<QJSValue>().toVariant().toList(); }
};

} // namespace

class QmlFrames : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneBatchPerFrameHoldsWhatHasComeSinceTheOneBefore()
    {
        AsyncRegistry<int> registry;
        Frames frames(registry);
        QVERIFY(frames.window && frames.clock);
        QVERIFY(QTest::qWaitForWindowExposed(&frames.quickWindow(), patience));

        std::atomic<bool> isOver = false;
        int posted = 0;
        std::thread producer([&] {
            while (!isOver) {
                registry.post(posted++);
                std::this_thread::yield();
            }
        });
        const bool hasSome = waitFor([&] { return frames.framesOfBatches().size() >= 5; });
        isOver = true;
        producer.join();
        QVERIFY(hasSome);
        QVERIFY(waitFor([&] { return frames.eventCount() == std::size_t(posted); }));

        const std::vector<int> numbers = frames.framesOfBatches();
        QVERIFY(std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end()); // no two of a frame
        QVERIFY(numbers.front() >= 1); // none outside of a frame
        int next = 0;
        for (const std::vector<int> &batch : frames.batches()) {
            for (const int event : batch)
                QCOMPARE(event, next++);
        }
    }

    void whatIsShownIsOfTheLastBatch()
    {
        AsyncRegistry<int> registry;
        Frames frames(registry);
        QVERIFY(frames.window);
        QVERIFY(QTest::qWaitForWindowExposed(&frames.quickWindow(), patience));
        QSignalSpy rendered(&frames.quickWindow(), &QQuickWindow::frameSwapped);
        QVERIFY(frames.passSomeFrames());
        const auto before = rendered.count();
        registry.post(7);
        QVERIFY(waitFor([&] { return frames.eventCount() == 1; }));
        QVERIFY(waitFor([&] { return rendered.count() > before; }));
    }

    void hiddenWindowGetsNoneAndTheShownOneAllThatWaited()
    {
        AsyncRegistry<int> registry;
        Frames frames(registry);
        QVERIFY(frames.window && frames.clock);
        QQuickWindow &window = frames.quickWindow();
        QVERIFY(QTest::qWaitForWindowExposed(&window, patience));
        registry.post(0);
        QVERIFY(waitFor([&] { return frames.batches().size() == 1; }));

        window.hide();
        QVERIFY(waitFor([&] { return !window.isExposed(); }));
        QSignalSpy rendered(&window, &QQuickWindow::frameSwapped);
        const int framesBefore = frames.count();
        for (int i = 1; i <= 100; ++i)
            registry.post(i);
        QVERIFY(frames.passSomeFrames());
        QCOMPARE(frames.batches().size(), std::size_t(1));
        QCOMPARE(frames.count(), framesBefore);
        QCOMPARE(rendered.count(), 0);
        QCOMPARE(registry.handlers().front().waiting, quint64(100));

        window.show();
        QVERIFY(waitFor([&] { return frames.batches().size() == 2; }));
        QVERIFY(waitFor([&] { return rendered.count() > 0; }));
        QVERIFY(frames.passSomeFrames());
        const auto batches = frames.batches(); // frames without events have none
        QCOMPARE(batches.size(), std::size_t(2));
        QCOMPARE(batches[1].size(), std::size_t(100));
        for (int i = 1; i <= 100; ++i)
            QCOMPARE(batches[1][std::size_t(i - 1)], i);
    }

    void windowThatIsDestroyedWhileEventsWaitGetsNone()
    {
        AsyncRegistry<int> registry;
        Frames frames(registry);
        QVERIFY(frames.window && frames.clock);
        QVERIFY(QTest::qWaitForWindowExposed(&frames.quickWindow(), patience));
        const auto report = registry.notify(1);
        frames.window.reset();
        QVERIFY(finishes(report));
        COMPARE_REPORT(report.result(), 0, 0, 1);
        registry.post(2);
        QVERIFY(frames.passSomeFrames());
        QVERIFY(registry.isEmpty());
    }
};

QTEST_MAIN(QmlFrames)
#include "tst_qmlframes.moc"
