// SPDX-License-Identifier: MIT
#include "dashboard.h"
#include "handsource.h"

#include <QtCore/qabstractitemmodel.h>
#include <QtCore/qthread.h>
#include <QtCore/qtimer.h>
#include <QtQml/qqmlapplicationengine.h>
#include <QtCore/qscopeguard.h>
#include <QtGui/qevent.h>
#include <QtGui/qguiapplication.h>
#include <QtGui/qimage.h>
#include <QtGui/qpalette.h>
#include <QtQuick/qquickitem.h>
#include <QtQuick/qquickwindow.h>
#include <QtTest/qtest.h>

#include <algorithm>
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
                                        {QStringLiteral("scheme"), 2}});
        m_engine->load(QUrl(QStringLiteral("qrc:/qt/qml/Dashboard/Main.qml")));
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
        QCOMPARE(focused(), QStringLiteral("Peak hold"));
        QVERIFY(m_dashboard->isPeakHold());
        for (const Qt::Key key : {Qt::Key_Space, Qt::Key_Return, Qt::Key_Enter}) {
            const bool isOn = m_dashboard->isPeakHold();
            QTest::keyClick(m_window, key);
            QCOMPARE(m_dashboard->isPeakHold(), !isOn);
            QCOMPARE(m_window->activeFocusItem()->property("checked").toBool(), !isOn);
        }
    }

    void tabReachesEverythingInTheOrderOfTheWindow()
    {
        const QStringList order{QStringLiteral("Peak hold"), QStringLiteral("traceButton"), QStringLiteral("resetButton"),
                                QStringLiteral("schemeChoice"), QStringLiteral("transportChoice"), QStringLiteral("rateSlider"),
                                QStringLiteral("samples"), QStringLiteral("flood")};
        for (const QString &name : order) {
            QCOMPARE(focused(), name);
            QTest::keyClick(m_window, Qt::Key_Tab);
        }
        QCOMPARE(focused(), order.constFirst());
        QTest::keyClick(m_window, Qt::Key_Backtab);
        QCOMPARE(focused(), order.constLast());
    }

    void focusCanBeSeen()
    {
        for (int stop = 0; stop < 8; ++stop) {
            QQuickItem *const item = m_window->activeFocusItem();
            const QRect place = item->mapRectToScene(item->boundingRect()).toAlignedRect();
            const QImage with = m_window->grabWindow().copy(place);
            QTest::keyClick(m_window, Qt::Key_Tab);
            const QImage without = m_window->grabWindow().copy(place);
            QVERIFY2(with != without, qPrintable(focused(item)));
        }
    }

    void keysMoveTheSlider()
    {
        focus(QStringLiteral("rateSlider"));
        const Flood &flood = *m_dashboard->flood();
        const std::pair<Qt::Key, int> steps[] = {
            {Qt::Key_Left, 0},       {Qt::Key_Right, 10},      {Qt::Key_PageUp, 100},   {Qt::Key_Left, 50},
            {Qt::Key_PageDown, 0},   {Qt::Key_End, 2'000'000}, {Qt::Key_Up, 2'000'000}, {Qt::Key_Down, 1'000'000},
            {Qt::Key_Home, 0},
        };
        for (const auto &[key, rate] : steps) {
            QTest::keyClick(m_window, key);
            QCOMPARE(flood.rate(), rate);
        }
    }

    void wheelMovesTheSliderByStepsOfItsScale()
    {
        const QQuickItem *const slider = find(QStringLiteral("rateSlider"));
        const QPointF place = slider->mapToScene(QPointF(slider->width() / 2, slider->height() / 2));
        const auto turn = [&](int angle) {
            QWheelEvent event(place, m_window->mapToGlobal(place), QPoint(), QPoint(0, angle), Qt::NoButton, Qt::NoModifier,
                              Qt::NoScrollPhase, false);
            QCoreApplication::sendEvent(m_window, &event);
        };
        const Flood &flood = *m_dashboard->flood();
        turn(120);
        QCOMPARE(flood.rate(), 10);
        turn(240);
        QCOMPARE(flood.rate(), 50);
        turn(-60); // of a fine wheel
        QCOMPARE(flood.rate(), 50);
        turn(-60);
        QCOMPARE(flood.rate(), 20);
    }

    // Each decade has the same room, and its label is where the handle is for its rate.
    void mouseSetsTheRateOnALogarithmicScale()
    {
        QQuickItem *const slider = find(QStringLiteral("rateSlider"));
        const Flood &flood = *m_dashboard->flood();
        QList<double> places;
        for (const auto &[text, rate] : {std::pair("100", 100), std::pair("1 k", 1000), std::pair("10 k", 10'000),
                                         std::pair("100 k", 100'000), std::pair("1 M", 1'000'000)}) {
            QList<QQuickItem *> texts;
            collectTexts(slider, &texts);
            const auto label = std::find_if(texts.cbegin(), texts.cend(), [text = text](QQuickItem *item) {
                return item->property("text").toString() == QLatin1String(text);
            });
            QVERIFY2(label != texts.cend(), text);
            const QPointF place = (*label)->mapToScene(QPointF((*label)->width() / 2, -8));
            QTest::mouseClick(m_window, Qt::LeftButton, {}, place.toPoint());
            QVERIFY2(qAbs(flood.rate() - rate) <= rate / 20, qPrintable(QString::number(flood.rate())));
            places.append(place.x());
        }
        for (qsizetype i = 2; i < places.size(); ++i)
            QVERIFY(qAbs((places.at(i) - places.at(i - 1)) - (places.at(1) - places.at(0))) <= 2);
        QTest::mouseClick(m_window, Qt::LeftButton, {}, slider->mapToScene(QPointF(1, 5)).toPoint());
        QCOMPARE(flood.rate(), 0);
    }

    void buttonsHaveTips()
    {
        const QQuickItem *const button = find(QStringLiteral("resetButton"));
        const QString tip = QStringLiteral("Begin all curves and numbers anew (0)");
        QTest::mouseMove(m_window, button->mapToScene(QPointF(button->width() / 2, button->height() / 2)).toPoint());
        QTRY_VERIFY(shownTexts().contains(tip));
        QTest::mouseMove(m_window, QPoint(5, m_window->height() - 5));
        QTRY_VERIFY(!shownTexts().contains(tip));
    }

    void resetBeginsAnew()
    {
        m_source->give({.source = QStringLiteral("cpu"), .time = 1, .values = {0.95}});
        m_dashboard->failNext(QStringLiteral("readout"));
        m_source->give({.source = QStringLiteral("cpu"), .time = 3, .values = {0.95}});
        QTRY_VERIFY(!m_window->property("failureText").toString().isEmpty());
        QVERIFY(!m_window->property("busyLines").toStringList().isEmpty());
        focus(QStringLiteral("resetButton"));
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(m_window->property("failureText").toString().isEmpty());
        QVERIFY(m_window->property("busyLines").toStringList().isEmpty());
        auto cores = m_dashboard->cores();
        QVERIFY(cores.at(&cores, 0)->values().isEmpty());
        focus(QStringLiteral("samples"));
        QCOMPARE(row(0), QStringLiteral("statistics")); // the lists have come back
        QTRY_VERIFY(shownTexts().contains(QStringLiteral("readout")));
    }

    // Light or dark is that of the system until another is chosen.
    void coloursFollowTheSystem()
    {
        const QPalette before = QGuiApplication::palette();
        const auto restore = qScopeGuard([&] { QGuiApplication::setPalette(before); });
        QTest::keyClick(m_window, Qt::Key_T); // light
        const QColor light = m_window->color();
        QVERIFY(light.lightness() > 200);
        focus(QStringLiteral("schemeChoice"));
        QTest::keyClick(m_window, Qt::Key_Left); // as the system
        QPalette dark = before;
        dark.setColor(QPalette::Window, Qt::black);
        QGuiApplication::setPalette(dark);
        QTRY_VERIFY(m_window->color().lightness() < 50);
        QGuiApplication::setPalette(QPalette(Qt::white));
        QTRY_COMPARE(m_window->color(), light);
    }

    // Curves, texts and lists change together.
    void atRestTheWindowIsPaintedOnceForAStepOfItsCurves()
    {
        int time = 0;
        QTimer samples;
        connect(&samples, &QTimer::timeout, this, [&] {
            ++time;
            m_source->give({.source = QStringLiteral("cpu"), .time = time / 50.0, .values = {0.1 + time % 10 / 20.0}});
            m_source->give({.source = QStringLiteral("memory"), .time = time / 50.0, .values = {1e9 + time * 1e7, 256e9}});
        });
        samples.start(20);
        QTRY_VERIFY(shownTexts().contains(QStringLiteral("readout")) && !m_dashboard->memory()->values().isEmpty());
        int steps = 0;
        int frames = 0;
        connect(m_dashboard->memory(), &Series::changed, &samples, [&] { ++steps; });
        connect(m_window, &QQuickWindow::frameSwapped, &samples, [&] { ++frames; });
        QTRY_VERIFY_WITH_TIMEOUT(steps == 24, 30000);
        QVERIFY(frames > 0);
        // Some are painted for the beginning of the window.
        QVERIFY2(frames <= steps + steps / 4, qPrintable(QStringLiteral("%1 frames for %2 steps").arg(frames).arg(steps)));
    }

    // In a wide window the plots grow, and the numbers of a handler stay by its name.
    void columnsStayByTheirNames()
    {
        m_window->resize(2400, 1000);
        QTRY_COMPARE(m_window->contentItem()->width(), 2400.0);
        focus(QStringLiteral("samples"));
        const QQuickItem *const list = listOf(m_window->activeFocusItem());
        QVERIFY2(list->width() < 800, qPrintable(QString::number(list->width())));
        QVERIFY(list->mapToScene(QPointF()).x() > 1600);
    }

    void keysChooseTheTransport()
    {
        const Flood &flood = *m_dashboard->flood();
        QCOMPARE(flood.transport(), Flood::Transport::Registry);
        QTest::keyClick(m_window, Qt::Key_S);
        QCOMPARE(flood.transport(), Flood::Transport::QueuedSignals);
        focus(QStringLiteral("transportChoice"));
        const std::pair<Qt::Key, Flood::Transport> steps[] = {
            {Qt::Key_Space, Flood::Transport::Registry},      {Qt::Key_Right, Flood::Transport::QueuedSignals},
            {Qt::Key_Left, Flood::Transport::Registry},       {Qt::Key_Return, Flood::Transport::QueuedSignals},
        };
        for (const auto &[key, transport] : steps) {
            QTest::keyClick(m_window, key);
            QCOMPARE(flood.transport(), transport);
        }
    }

    void keysPauseReorderAndFailHandlers()
    {
        focus(QStringLiteral("samples"));
        QCOMPARE(row(0), QStringLiteral("statistics"));
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(!info("statistics").enabled);
        QTest::keyClick(m_window, Qt::Key_Space);
        QVERIFY(info("statistics").enabled);

        // The row that was chosen stays chosen when it moves.
        QTest::keyClick(m_window, Qt::Key_Down);
        QTest::keyClick(m_window, Qt::Key_Down);
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(m_window, Qt::Key_Plus);
        QCOMPARE(info("history").priority, 60);
        QTRY_COMPARE(row(1), QStringLiteral("history"));
        QTest::keyClick(m_window, Qt::Key_Minus);
        QCOMPARE(info("history").priority, 50);
        QTRY_COMPARE(row(2), QStringLiteral("history")); // last among its new equals

        QTest::keyClick(m_window, Qt::Key_X);
        m_source->give({.source = QStringLiteral("cpu"), .time = 1, .values = {0.5}});
        QTRY_COMPARE(info("history").failures, 1U);
        QTRY_COMPARE(m_window->property("failureText").toString(), QStringLiteral("history: made to throw"));
    }

    void handlersInQmlFailToo()
    {
        m_dashboard->failNext(QStringLiteral("readout"));
        m_source->give({.source = QStringLiteral("cpu"), .time = 1, .values = {0.95}});
        QTRY_COMPARE(info("readout").failures, 1U);
        QTRY_VERIFY(m_window->property("failureText").toString().startsWith(QStringLiteral("readout: made to throw, Main.qml:")));
        QCOMPARE(calls("busy log"), 1);
    }

    // At the least size and the first one: no text is cut off or meets another one.
    void textsFit_data()
    {
        QTest::addColumn<QSize>("size");
        QTest::newRow("least") << QSize(0, 0);
        QTest::newRow("first") << QSize(1080, 680);
        QTest::newRow("large") << QSize(1600, 1000);
    }

    void textsFit()
    {
        QFETCH(QSize, size);
        m_window->resize(size.expandedTo(m_window->minimumSize()));
        Flood &flood = *m_dashboard->flood();
        for (int i = 0; i < 10; ++i) {
            m_source->give({.source = QStringLiteral("cpu"), .time = 100.0 + i, .values = {1, 1, 1, 1}});
            m_source->give({.source = QStringLiteral("memory"), .time = 100.0 + i, .values = {123.4e9, 256e9}});
            m_source->give({.source = QStringLiteral("network"), .time = 100.0 + i, .values = {123.4e6, 123.4e6}});
            m_source->give({.source = QStringLiteral("process"), .time = 100.0 + i, .values = {1.5, 123.4e6, 12}});
        }
        QTRY_COMPARE(m_window->property("memoryText").toString(), QStringLiteral("123 GB"));
        for (const auto &[transport, other] : {std::pair("Queued", "SignalBox"), std::pair("SignalBox", "Queued")}) {
            QTest::keyClick(m_window, Qt::Key_S);
            flood.setRate(Flood::maximumRate);
            const quint64 before = flood.lastArrived();
            QTRY_VERIFY(flood.lastArrived() > before + 1000 && flood.frames()->worst() > 0);
            flood.setRate(0);
            // Pause and fail all, the longest that rows can show.
            for (const char *name : {"history", "busy log"}) {
                m_dashboard->registry()->setEnabled(info(name).id, false);
                m_source->give({.source = QStringLiteral("cpu"), .time = 200, .values = {0.5, 0.5, 0.5, 0.5}});
            }
            QVERIFY2(m_window->grabWindow().size() == m_window->size(), transport);
            checkTexts(other);
        }
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
        QTRY_COMPARE(m_window->property("memoryText").toString(), QStringLiteral("2.00 GB"));
        m_source->give({.source = QStringLiteral("cpu"), .time = 1, .values = {0.5, 0.1}});
        QCOMPARE(calls("readout"), 2);
        QVERIFY(m_window->property("busyLines").toStringList().isEmpty()); // the filter of "busy log" refuses
        m_source->give({.source = QStringLiteral("cpu"), .time = 2, .values = {0.5, 0.95}});
        QCOMPARE(m_window->property("busyLines").toStringList(), QStringList{QStringLiteral("2.0 s   core 1 at 95 %")});
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
    // The list that has the focus: the item of the current row has it then.
    static const QQuickItem *listOf(const QQuickItem *item)
    {
        while (item && item->objectName() != QStringLiteral("list"))
            item = item->parentItem();
        return item;
    }

    // The name of what has the focus: a text, an object name, or for lists that of what they are in.
    QString focused() const { return focused(m_window->activeFocusItem()); }

    static QString focused(const QQuickItem *item)
    {
        if (!item)
            return {};
        if (const QQuickItem *const list = listOf(item))
            return list->parentItem()->objectName();
        return item->objectName().isEmpty() ? item->property("text").toString() : item->objectName();
    }

    void focus(const QString &name)
    {
        for (int i = 0; i < 10 && focused() != name; ++i)
            QTest::keyClick(m_window, Qt::Key_Tab);
        QCOMPARE(focused(), name);
    }

    QQuickItem *find(const QString &name) const { return m_window->findChild<QQuickItem *>(name); }

    QStringList shownTexts() const
    {
        QList<QQuickItem *> items;
        collectTexts(m_window->contentItem(), &items);
        QStringList texts;
        for (const QQuickItem *item : std::as_const(items))
            texts.append(item->property("text").toString());
        return texts;
    }

    // The name of the handler in a row of the list that has the focus.
    QString row(int index) const
    {
        const QQuickItem *const list = listOf(m_window->activeFocusItem());
        auto *const model = list ? qobject_cast<QAbstractItemModel *>(list->property("model").value<QObject *>()) : nullptr;
        if (!model)
            return {};
        return model->index(index, 0).data(model->roleNames().key("name")).toString();
    }

    SignalBox::AsyncHandlerInfo info(const char *name)
    {
        for (const SignalBox::AsyncHandlerInfo &handler : m_dashboard->registry()->handlers()) {
            if (handler.name == name)
                return handler;
        }
        return {};
    }

    int calls(const char *handler) { return int(info(handler).calls); }

    static void collectTexts(QQuickItem *item, QList<QQuickItem *> *texts)
    {
        if (!item->isVisible())
            return;
        if (item->inherits("QQuickText") && !item->property("text").toString().isEmpty())
            texts->append(item);
        for (QQuickItem *child : item->childItems())
            collectTexts(child, texts);
    }

    // Where its letters are: the item itself may be wider.
    static QRectF lettersOf(const QQuickItem *text)
    {
        const double width = qMin(text->width(), text->property("contentWidth").toDouble());
        const int alignment = text->property("effectiveHorizontalAlignment").toInt();
        const double x = alignment == Qt::AlignRight ? text->width() - width
                       : alignment == Qt::AlignHCenter ? (text->width() - width) / 2
                                                       : 0;
        return text->mapRectToScene(QRectF(x, 0, width, text->property("contentHeight").toDouble()));
    }

    void checkTexts(const char *context)
    {
        QList<QQuickItem *> texts;
        collectTexts(m_window->contentItem(), &texts);
        QVERIFY(texts.size() > 60);
        const QRectF window(QPointF(), m_window->size());
        for (qsizetype i = 0; i < texts.size(); ++i) {
            const QString text = texts.at(i)->property("text").toString();
            const QByteArray message = QByteArray(context) + ": " + text.toUtf8();
            QVERIFY2(!texts.at(i)->property("truncated").toBool(), message.constData());
            QVERIFY2(window.contains(lettersOf(texts.at(i))), message.constData());
            for (qsizetype j = 0; j < i; ++j) {
                const QRectF common = lettersOf(texts.at(i)) & lettersOf(texts.at(j));
                // Lines may stand close: what lies below and above the letters counts as theirs.
                QVERIFY2(common.width() < 1 || common.height() < 4,
                         (message + " meets " + texts.at(j)->property("text").toString().toUtf8()).constData());
            }
        }
    }

    HandSource *m_source = nullptr;
    std::optional<Dashboard> m_dashboard;
    std::optional<QQmlApplicationEngine> m_engine;
    QQuickWindow *m_window = nullptr;
};

QTEST_MAIN(WindowTest)
#include "tst_window.moc"
