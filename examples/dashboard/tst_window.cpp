// SPDX-License-Identifier: MIT
#include "dashboard.h"
#include "handsource.h"

#include <QtCore/qthread.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtQuick/qquickitem.h>
#include <QtQuick/qquickwindow.h>
#include <QtTest/qtest.h>

#include <memory>
#include <optional>

// The window, operated by its keys.
class WindowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        auto source = std::make_unique<HandSource>();
        m_source = source.get();
        m_dashboard.emplace(std::move(source), nullptr);
        m_dashboard->start();
        m_engine.emplace();
        m_engine->setInitialProperties({{QStringLiteral("dashboard"), QVariant::fromValue(&*m_dashboard)},
                                        {QStringLiteral("isLight"), false}});
        m_engine->load(QUrl(QStringLiteral("qrc:/Dashboard/Main.qml")));
        QVERIFY(!m_engine->rootObjects().isEmpty());
        m_window = qobject_cast<QQuickWindow *>(m_engine->rootObjects().constFirst());
        QVERIFY(m_window);
        m_window->requestActivate();
        QVERIFY(QTest::qWaitForWindowActive(m_window));
    }

    void cleanup()
    {
        m_engine.reset();
        m_dashboard.reset();
    }

    void spaceSwitchesThePeakHoldGuard()
    {
        QCOMPARE(focusedText(), QStringLiteral("Peak hold, a guard (P)"));
        QVERIFY(m_dashboard->isPeakHold());
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(!m_dashboard->isPeakHold());
        QVERIFY(!m_window->activeFocusItem()->property("checked").toBool());
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(m_dashboard->isPeakHold());
        QVERIFY(m_window->activeFocusItem()->property("checked").toBool());
    }

    void tabReachesEverySwitch()
    {
        QTest::keyClick(m_window, Qt::Key_Tab);
        QCOMPARE(focusedText(), QStringLiteral("Dark (T)"));
        const QColor before = m_window->color();
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(m_window->color() != before);
        QTest::keyClick(m_window, Qt::Key_Space);
        QCOMPARE(m_window->color(), before);
        QTest::keyClick(m_window, Qt::Key_Tab);
        QCOMPARE(focusedText(), QStringLiteral("Peak hold, a guard (P)"));
    }

    void lettersAreShortcuts()
    {
        QTest::keyClick(m_window, Qt::Key_P);
        QVERIFY(!m_dashboard->isPeakHold());
        const QColor before = m_window->color();
        QTest::keyClick(m_window, Qt::Key_T);
        QVERIFY(m_window->color() != before);
        QTest::keyClick(m_window, Qt::Key_T);
        QTest::keyClick(m_window, Qt::Key_Q);
        QVERIFY(!m_window->isVisible());
    }

    void handlersInQmlShowWhatTheyGet()
    {
        m_source->give({.source = QStringLiteral("memory"), .time = 0, .values = {2e9, 8e9}});
        QCOMPARE(m_window->property("memoryText").toString(), QStringLiteral("2.0 GB of 8.0 GB"));
        m_source->give({.source = QStringLiteral("cpu"), .time = 1, .values = {0.5, 0.1}});
        QCOMPARE(calls("readout"), 2);
        QCOMPARE(calls("busy log"), 0); // its filter refuses
        m_source->give({.source = QStringLiteral("cpu"), .time = 2, .values = {0.5, 0.95}});
        QCOMPARE(calls("busy log"), 1);
    }

    void pathTellsTheOrderOfPriorities()
    {
        const std::unique_ptr<QThread> sampler(QThread::create([this] {
            for (int i = 0; i < 20; ++i)
                m_source->give({.source = QStringLiteral("cpu"), .time = double(i), .values = {0.95}});
        }));
        sampler->start();
        sampler->wait();
        QTRY_COMPARE(calls("busy log"), 20);
        QCOMPARE(m_dashboard->path(), QStringLiteral("peak hold \u203a history \u203a readout \u203a busy log"));
    }

private:
    QString focusedText() const
    {
        QQuickItem *const item = m_window->activeFocusItem();
        return item ? item->property("text").toString() : QString();
    }

    int calls(const char *handler) { return int(m_dashboard->handlers()->calls(QString::fromLatin1(handler))); }

    HandSource *m_source = nullptr;
    std::optional<Dashboard> m_dashboard;
    std::optional<QQmlApplicationEngine> m_engine;
    QQuickWindow *m_window = nullptr;
};

QTEST_MAIN(WindowTest)
#include "tst_window.moc"
