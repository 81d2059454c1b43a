// SPDX-License-Identifier: MIT
//
// What does an event from C++ cost one RegistryHandler, by the event's type, next to Connections?
#include "measure.h"
#include "questions.h"
#include "scene.h"

namespace SignalBoxBenchmark {

namespace {

// An event of one type, in C++ and in QML.
template <class E>
struct Type
{
    const char *name;
    const char *registry;
    const char *signalHandler;
    void (Source::*notified)(E);
    std::decay_t<E> event;
    std::decay_t<E> lastEvent; // which handlers tell from others
    const char *isLast;
};

QByteArray text(bool isElement, const char *registry, const char *signalHandler, const char *isLast)
{
    const QByteArray body = QByteArray("if (") + isLast + ") ++sink.last";
    const QByteArray imports = "import QtQml\nimport SignalBox\n";
    if (isElement)
        return imports + "RegistryHandler { registry: source." + registry + "; handler: event => { " + body + " } }";
    return imports + "Connections { target: source; function " + signalHandler + "(event) { " + body + " } }";
}

template <class E>
void notifyOne(benchmark::State &state, const Type<E> &type, bool isElement)
{
    Scene scene;
    const auto component = scene.component(text(isElement, type.registry, type.signalHandler, type.isLast));
    const auto object = scene.create(*component);
    const auto notify = [&](const std::decay_t<E> &event) {
        if (isElement)
            scene.source().post(event);
        else
            Q_EMIT(scene.source().*type.notified)(event);
    };
    for (int i = 0; i < 2000; ++i) // until the engine has compiled the function
        notify(type.event);
    notify(type.lastEvent);
    if (scene.seenBy() != 1) {
        state.SkipWithError("the handler does not get every event");
        return;
    }
    for ([[maybe_unused]] auto iteration : state)
        notify(type.event);
}

template <class E>
void registerType(const Type<E> &type)
{
    for (const bool isElement : {true, false}) {
        benchmark::RegisterBenchmark(
                benchmarkName("one-handler", isElement ? "RegistryHandler" : "Connections", type.name).c_str(),
                [type, isElement](benchmark::State &state) { notifyOne(state, type, isElement); });
    }
}

} // namespace

void registerNotifyOne()
{
    registerType<const QVariantMap &>({"map",
                                       "registry",
                                       "onNotified",
                                       &Source::notified,
                                       mapEvent(),
                                       {{QStringLiteral("size"), -1}},
                                       "event.size < 0"});
    registerType<const File &>({"gadget",
                                "files",
                                "onFileNotified",
                                &Source::fileNotified,
                                {QStringLiteral("a.txt"), 2048},
                                {QStringLiteral("a.txt"), -1},
                                "event.size < 0"});
    registerType<int>({"int", "numbers", "onNumberNotified", &Source::numberNotified, 2048, -1, "event < 0"});
    registerType<const QString &>({"string", "texts", "onTextNotified", &Source::textNotified, QStringLiteral("a.txt"),
                                   QStringLiteral("last"), "event === 'last'"});
}

} // namespace SignalBoxBenchmark
