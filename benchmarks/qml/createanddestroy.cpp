// SPDX-License-Identifier: MIT
//
// What does it cost to create and destroy a thousand elements that listen?
#include "../qt/memory.h"
#include "measure.h"
#include "questions.h"
#include "scene.h"

#include <QtCore/qcoreapplication.h>

namespace SignalBoxBenchmark {

namespace {

void createAndDestroy(benchmark::State &state, const QByteArray &element)
{
    Scene scene;
    const auto component = scene.component("import QtQml\nimport SignalBox\n" + element);
    std::vector<std::unique_ptr<QObject>> objects(1000);
    for ([[maybe_unused]] auto iteration : state) {
        for (auto &object : objects)
            object = scene.create(*component);
        for (auto &object : objects)
            object.reset();
        QCoreApplication::processEvents(); // what they left to be done later is a part of the price
    }
    const std::optional<double> before = allocatedBytes();
    for (auto &object : objects)
        object = scene.create(*component);
    const std::optional<double> after = allocatedBytes();
    if (before && after)
        state.counters["bytes"] = (*after - *before) / static_cast<double>(objects.size());
}

} // namespace

void registerCreateAndDestroy()
{
    const std::pair<const char *, QByteArray> peers[] = {
        {"RegistryHandler", QByteArray("RegistryHandler { registry: source.registry; handler: event => { ") + lightBody.text + " } }"},
        {"Connections", QByteArray("Connections { target: source; function onNotified(event) { ") + lightBody.text + " } }"}};
    for (const auto &[name, element] : peers) {
        benchmark::RegisterBenchmark(benchmarkName("create-destroy", name, "1000").c_str(),
                                     [element = element](benchmark::State &state) { createAndDestroy(state, element); })
            ->Unit(benchmark::kMillisecond);
    }
}

} // namespace SignalBoxBenchmark
