// SPDX-License-Identifier: MIT
#include "../qt/backlogs/plainbacklog.h"
#include "../qt/scaled.h"
#include "../qt/waitfor.h"
#include "inlineobject.h"

#include <SignalBox/QmlRegistry>
#include <SignalBox/TestClock>

#include <QtCore/qjsondocument.h>
#include <QtCore/qjsonobject.h>
#include <QtQml/qqmlengine.h>
#include <QtTest/qtest.h>

#include <chrono>
#include <functional>
#include <memory>

using SignalBox::QmlRegistry;

namespace {

enum class From { Script, Cpp };
enum class By { Element, Function };

const char *const page = R"qml(
    import QtQml
    import SignalBox
    QmlRegistry {
        id: bus
        property var calls: []
        property var number: null
        function send(value) { bus.post({ value: value, key: value % 3, isEven: value % 2 === 0 }) }
        function take(events, lost) {
            calls.push(events.map(event => event.value).join(" ") + " (" + lost + " lost)")
            for (const event of events) {
                if (event.value >= 60 && event.value < 70) {
                    send(event.value - 60)
                    send(event.value - 57)
                }
            }
        }
        function seen(): string { return calls.join(", ") }
        function begin(text) {
            const options = JSON.parse(text)
            const handler = options.batch ? bus.take : event => bus.take([event], 0)
            if (options.isElement) {
                delete options.isElement
                for (const name in options)
                    element[name] = options[name]
                element.handler = handler
            } else {
                number = bus.registerHandler(handler, options)
            }
        }
        function deliverNow(): bool { return number ? bus.deliver(number) : element.deliver() }
        function enable(isEnabled) {
            if (number)
                bus.setEnabled(number, isEnabled)
            else
                element.enabled = isEnabled
        }
        property RegistryHandler element: RegistryHandler { id: element; handler: null; registry: bus }
    }
)qml";

} // namespace

Q_DECLARE_METATYPE(Keep)
Q_DECLARE_METATYPE(When)
Q_DECLARE_METATYPE(What)
Q_DECLARE_METATYPE(Wanted)
Q_DECLARE_METATYPE(From)
Q_DECLARE_METATYPE(By)

// Every way to keep events that QML has, with every time, for elements and functions, beside the plain list that the handlers of C++ are
// compared with.
class QmlKeepAndWhen : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsKeptArrivesWhenItIsDueAndTheRestIsCounted_data()
    {
        static constexpr std::pair<Keep, const char *> keeps[] = {{Keep::All, "all"}, {Keep::Newest, "newest"}, {Keep::NewestThree, "newest 3"},
                                                                  {Keep::OldestThree, "oldest 3"}, {Keep::NewestBy, "key"}};
        static constexpr std::pair<When, const char *> whens[] = {{When::Soon, "soon"}, {When::EveryTurn, "every turn"}, {When::Every, "every"},
                                                                  {When::QuietFor, "quietFor"}, {When::OnDemand, "onDemand"}};
        static constexpr std::pair<What, const char *> whats[] = {{What::Event, "events"}, {What::Batch, "batch"}};
        static constexpr std::pair<Wanted, const char *> wanteds[] = {{Wanted::Everything, ""}, {Wanted::Even, ", match"}};
        static constexpr std::pair<From, const char *> froms[] = {{From::Script, "objects"}, {From::Cpp, "maps"}};
        static constexpr std::pair<By, const char *> bys[] = {{By::Element, "element"}, {By::Function, "function"}};
        QTest::addColumn<Keep>("keep");
        QTest::addColumn<When>("when");
        QTest::addColumn<What>("what");
        QTest::addColumn<Wanted>("wanted");
        QTest::addColumn<From>("from");
        QTest::addColumn<By>("by");
        for (const auto &[keep, keepName] : keeps) {
            for (const auto &[when, whenName] : whens) {
                for (const auto &[what, whatName] : whats) {
                    if (keep == Keep::All && when == When::Soon && what == What::Event)
                        continue; // called inside of the post
                    for (const auto &[wanted, wantedName] : wanteds) {
                        for (const auto &[from, fromName] : froms) {
                            for (const auto &[by, byName] : bys) {
                                QTest::addRow("%s, %s, %s%s, %s, %s", keepName, whenName, whatName, wantedName, fromName, byName)
                                    << keep << when << what << wanted << from << by;
                            }
                        }
                    }
                }
            }
        }
    }
    void whatIsKeptArrivesWhenItIsDueAndTheRestIsCounted()
    {
        QFETCH(Keep, keep);
        QFETCH(When, when);
        QFETCH(What, what);
        QFETCH(Wanted, wanted);
        QFETCH(From, from);
        QFETCH(By, by);
        QJsonObject options;
        if (by == By::Element)
            options[QStringLiteral("isElement")] = true;
        if (what == What::Batch)
            options[QStringLiteral("batch")] = true;
        if (wanted == Wanted::Even)
            options[QStringLiteral("match")] = QJsonObject{{QStringLiteral("isEven"), true}};
        if (keep == Keep::Newest || keep == Keep::NewestThree)
            options[QStringLiteral("newest")] = keep == Keep::Newest ? 1 : 3;
        else if (keep == Keep::OldestThree)
            options[QStringLiteral("oldest")] = 3;
        else if (keep == Keep::NewestBy)
            options[QStringLiteral("key")] = QStringLiteral("key");
        if (when == When::Every || when == When::EveryTurn)
            options[QStringLiteral("every")] = when == When::Every ? interval : 0;
        else if (when == When::QuietFor)
            options[QStringLiteral("quietFor")] = interval;
        else if (when == When::OnDemand)
            options[QStringLiteral("onDemand")] = true;

        SignalBox::TestClock clock;
        const std::unique_ptr<QObject> object = createObject(m_engine, page);
        auto *const registry = qobject_cast<QmlRegistry *>(object.get());
        QVERIFY(registry);
        PlainBacklog model(keep, when, wanted, what);
        const auto text = QString::fromUtf8(QJsonDocument(options).toJson(QJsonDocument::Compact));
        QVERIFY(QMetaObject::invokeMethod(registry, "begin", Q_ARG(QVariant, text)));
        QCOMPARE(registry->handlerCount(), 1);
        runQueuedCalls();

        struct Subject
        {
            QmlRegistry &registry;
            SignalBox::TestClock &clock;
            const From from;

            void call(const char *function, const QVariant &argument)
            {
                QVERIFY(QMetaObject::invokeMethod(&registry, function, Q_ARG(QVariant, argument)));
            }
            void post(int event)
            {
                if (from == From::Script) {
                    call("send", event);
                } else {
                    registry.post(QVariantMap{{QStringLiteral("value"), event},
                                              {QStringLiteral("key"), plain::keyOf(event)},
                                              {QStringLiteral("isEven"), plain::isEven(event)}});
                }
            }
            void whileNothingIsDelivered(const std::function<void()> &function) { function(); }
            void settle() { runQueuedCalls(); }
            void drop() { registry.dropPending(); }
            void setEnabled(bool isEnabled) { call("enable", isEnabled); }
            void deliver()
            {
                bool isDelivered = false;
                QVERIFY(QMetaObject::invokeMethod(&registry, "deliverNow", Q_RETURN_ARG(bool, isDelivered)));
                QVERIFY(isDelivered);
            }
            void advance(int time) { QVERIFY(clock.advance(std::chrono::milliseconds(time))); }
            QString calls()
            {
                QString seen;
                QMetaObject::invokeMethod(&registry, "seen", Q_RETURN_ARG(QString, seen));
                return seen;
            }
            QString numbers()
            {
                const auto row = registry.handlers().front();
                return PlainBacklog::numbersOf(row.waiting, row.merged, row.dropped);
            }
        };
        RowRandom random(QTest::currentDataTag());
        QCOMPARE(differenceFrom(model, Subject{*registry, clock, from}, random, scaled(30)), QString());
    }

private:
    QQmlEngine m_engine;
};

QTEST_GUILESS_MAIN(QmlKeepAndWhen)
#include "tst_qmlkeepandwhen.moc"
