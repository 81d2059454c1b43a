// SPDX-License-Identifier: MIT
//
// What does it cost a script to notify a script of an object? As a registry with one handler, and as a signal with Connections.
#include "measure.h"
#include "questions.h"
#include "scene.h"

#include <QtCore/qvariant.h>

namespace SignalBoxBenchmark {

namespace {

// The event, and what a handler reads of it.
struct Shape
{
    const char *name;
    const char *event;
    const char *member;
};

const Shape shapes[] = {
        {"2 members", "({ name: 'a.txt', size: 2048 })", "event.size"},
        {"20 members",
         "(() => { const event = { size: 2048 }; for (let i = 1; i < 20; ++i) event['member' + i] = i; return event "
         "})()",
         "event.size"},
        {"1000 objects",
         "(() => { const event = []; for (let i = 0; i < 1000; ++i) event.push({ name: 'a' + i, size: i }); return "
         "event })()",
         "event[0].size"},
};

struct Peer
{
    const char *name;
    const char *notifier;
    const char *handler;
};

const Peer peers[] = {
        {"SignalBox functions",
         "property QmlRegistry registry: QmlRegistry { id: bus }\n    function notify(event) { bus.post(event) }",
         "Component.onCompleted: bus.registerHandler(event => { %1 })"},
        {"RegistryHandler",
         "property QmlRegistry registry: QmlRegistry { id: bus }\n    function notify(event) { bus.post(event) }",
         "property RegistryHandler handler: RegistryHandler { registry: bus; handler: event => { %1 } }"},
        {"Connections", "signal notified(var event)\n    function notify(event) { root.notified(event) }",
         "property Connections connections: Connections { target: root; function onNotified(event) { %1 } }"},
};

constexpr int batch = 1000;

QByteArray text(const Peer &peer, const Shape &shape)
{
    const QByteArray body = QByteArray("if (") + shape.member + " < 0) ++sink.last";
    return QByteArray("import QtQml\nimport SignalBox\nQtObject {\n    id: root\n    property var event: ")
            + shape.event + "\n    " + peer.notifier + "\n    " + QByteArray(peer.handler).replace("%1", body)
            + "\n    function run(count) { const value = event; for (let i = 0; i < count; ++i) notify(value) }"
              "\n    function check() { const value = event; const part = "
            + QByteArray(shape.member).replace("event", "value") + "; "
            + QByteArray(shape.member).replace("event", "value") + " = -1; notify(value); "
            + QByteArray(shape.member).replace("event", "value") + " = part }\n}";
}

void notifyFromScript(benchmark::State &state, const Peer &peer, const Shape &shape)
{
    Scene scene;
    const auto component = scene.component(text(peer, shape));
    const auto object = scene.create(*component);
    const auto run = [&](int count) { QMetaObject::invokeMethod(object.get(), "run", Q_ARG(QVariant, count)); };
    run(2000); // until the engine has compiled the functions
    QMetaObject::invokeMethod(object.get(), "check");
    if (scene.seenBy() != 1) {
        state.SkipWithError("the handler does not get every event");
        return;
    }
    while (state.KeepRunningBatch(batch))
        run(batch);
}

} // namespace

void registerNotifyFromScript()
{
    for (const Shape &shape : shapes) {
        for (const Peer &peer : peers) {
            benchmark::RegisterBenchmark(
                    benchmarkName("from-script", peer.name, shape.name).c_str(),
                    [peer, shape](benchmark::State &state) { notifyFromScript(state, peer, shape); });
        }
    }
}

} // namespace SignalBoxBenchmark
