// SPDX-License-Identifier: MIT
//
// What does it cost to notify scripts of a map that comes from C++? As functions, as elements, and as Connections.
#include "measure.h"
#include "questions.h"
#include "scene.h"

namespace SignalBoxBenchmark {

namespace {

enum class Peer { Function, Element, Connections };

QByteArray text(Peer peer, const Body &body)
{
    const QByteArray imports = "import QtQml\nimport SignalBox\n";
    switch (peer) {
    case Peer::Function:
        return imports + "QtObject { Component.onCompleted: SignalBox.on(source.registry, event => { " + body.text + " }) }";
    case Peer::Element:
        return imports + "RegistryHandler { registry: source.registry; handler: event => { " + body.text + " } }";
    case Peer::Connections:
        return imports + "Connections { target: source; function onNotified(event) { " + body.text + " } }";
    }
    return {};
}

void notifyScripts(benchmark::State &state, Peer peer, const Body &body, int handlerCount)
{
    Scene scene;
    const auto component = scene.component(text(peer, body));
    std::vector<std::unique_ptr<QObject>> objects;
    for (int index = 0; index < handlerCount; ++index)
        objects.push_back(scene.create(*component));
    const auto notify = [&](const QVariantMap &event) {
        if (peer == Peer::Connections)
            Q_EMIT scene.source().notified(event);
        else
            scene.source().post(event);
    };
    const QVariantMap event = mapEvent();
    for (int i = 0; i < 2000; ++i) // until the engine has compiled the functions
        notify(event);
    notify({{QStringLiteral("size"), -1}});
    if (scene.seenBy() != handlerCount) {
        state.SkipWithError("not every handler gets every event");
        return;
    }
    for ([[maybe_unused]] auto iteration : state)
        notify(event);
}

} // namespace

void registerNotifyScripts()
{
    struct
    {
        const char *name;
        Peer peer;
    } const peers[] = {{"SignalBox functions", Peer::Function},
                       {"RegistryHandler", Peer::Element},
                       {"Connections", Peer::Connections}};
    for (const Body &body : {lightBody, summingBody}) {
        for (const int count : {1, 2, 8, 64}) {
            for (const auto &[name, peer] : peers) {
                benchmark::RegisterBenchmark(
                    benchmarkName((std::string("scripts-") + body.name).c_str(), name, std::to_string(count)).c_str(),
                    [peer = peer, body, count](benchmark::State &state) { notifyScripts(state, peer, body, count); });
            }
        }
    }
}

} // namespace SignalBoxBenchmark
