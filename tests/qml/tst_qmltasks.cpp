// SPDX-License-Identifier: MIT
#include "inlineobject.h"

#include <SignalBox/ExceptionInfo>
#include <SignalBox/QmlRegistry>
#include <SignalBox/SleepFor>
#include <SignalBox/Spawn>
#include <SignalBox/Task>
#include <SignalBox/YieldToLoop>

#include <QtQml/qjsvalue.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <memory>
#include <stdexcept>

using namespace std::chrono_literals;
using SignalBox::QmlRegistry;
using SignalBox::sleepFor;
using SignalBox::spawn;
using SignalBox::Task;
using SignalBox::yieldToLoop;

namespace {

// A registry of QML, whose function send() notifies it.
const char *const bus = R"(
    import QtQml
    import SignalBox
    QmlRegistry {
        property var report
        function send() { notify({ size: 2 }).then(result => report = result) }
    }
)";

const char *const page = R"(
    import QtQml
    QtObject {
        property string shown
        property QtObject child: QtObject {}
    }
)";

QVariantMap reportOf(const QObject &object)
{
    return object.property("report").value<QJSValue>().toVariant().toMap();
}

} // namespace

// Coroutines of C++, and what QML made.
class QmlTasks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void promiseOfNotifyWaitsForTheCoroutineOfAHandler()
    {
        QQmlEngine engine;
        const auto object = createObject(engine, bus);
        QVERIFY(object);
        auto &registry = *qobject_cast<QmlRegistry *>(object.get());
        QObject context;
        int size = 0;
        bool mayEnd = false;
        registry.registerHandler(&context, [&](const QVariant &event) -> Task<> {
            while (!mayEnd)
                co_await yieldToLoop();
            size = event.toMap().value(QStringLiteral("size")).toInt();
        });
        QMetaObject::invokeMethod(object.get(), "send");
        for (int i = 0; i < 10; ++i)
            QCoreApplication::processEvents();
        QVERIFY(!object->property("report").isValid());
        mayEnd = true;
        QTRY_VERIFY(object->property("report").isValid());
        QCOMPARE(size, 2);
        QCOMPARE(reportOf(*object).value(QStringLiteral("called")).toInt(), 1);
    }

    void promiseSaysThatADestroyedCoroutineWasDroppedAndAFailedOneFailed()
    {
        QQmlEngine engine;
        const auto object = createObject(engine, bus);
        QVERIFY(object);
        auto &registry = *qobject_cast<QmlRegistry *>(object.get());
        registry.onException([](const SignalBox::ExceptionInfo &) {});
        QObject context;
        auto mortal = std::make_unique<QObject>();
        registry.registerHandler(mortal.get(), [](const QVariant &) -> Task<> { co_await sleepFor(1000h); });
        registry.registerHandler(&context, [](const QVariant &) -> Task<> {
            co_await yieldToLoop();
            throw std::runtime_error("thrown");
        });
        QMetaObject::invokeMethod(object.get(), "send");
        mortal.reset();
        QTRY_VERIFY(object->property("report").isValid());
        const QVariantMap report = reportOf(*object);
        QCOMPARE(report.value(QStringLiteral("called")).toInt(), 1);
        QCOMPARE(report.value(QStringLiteral("failed")).toInt(), 1);
        QCOMPARE(report.value(QStringLiteral("dropped")).toInt(), 1);
    }

    void taskOfAnObjectThatQmlMadeEndsWithIt()
    {
        QQmlEngine engine;
        auto root = createObject(engine, page);
        QVERIFY(root);
        const auto wait = []() -> Task<> { co_await sleepFor(1000h); };
        const auto ofRoot = spawn(root.get(), wait);
        const auto ofChild = spawn(root->property("child").value<QObject *>(), wait);
        const auto shown = spawn(root.get(), [object = root.get()]() -> Task<> {
            co_await yieldToLoop();
            object->setProperty("shown", QStringLiteral("text"));
        });
        QTRY_VERIFY(shown.isFinished());
        QCOMPARE(root->property("shown").toString(), QStringLiteral("text"));
        QVERIFY(!ofRoot.isFinished());
        QVERIFY(!ofChild.isFinished());
        root.reset();
        QTRY_VERIFY(ofRoot.isFinished());
        QTRY_VERIFY(ofChild.isFinished());
    }

    void taskOfAnObjectThatQmlDestroysEndsWithIt()
    {
        QQmlEngine engine;
        const auto root = createObject(engine, R"(
            import QtQml
            QtObject {
                id: root
                property Component part: QtObject {}
                property QtObject made: part.createObject(root)
                function drop() { made.destroy() }
            }
        )");
        QVERIFY(root);
        const auto handle =
                spawn(root->property("made").value<QObject *>(), []() -> Task<> { co_await sleepFor(1000h); });
        QMetaObject::invokeMethod(root.get(), "drop");
        QTRY_VERIFY(handle.isFinished());
    }
};

QTEST_GUILESS_MAIN(QmlTasks)
#include "tst_qmltasks.moc"
