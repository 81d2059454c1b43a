// SPDX-License-Identifier: MIT
//
// What does a post cost whose handlers all run inline, next to a signal whose connections are direct? And what, when it is traced?
#include "../measure.h"
#include "../peers/foreachpeer.h"
#include "../peers/qtdirectconnection.h"
#include "peers/signalboxinline.h"
#include "questions.h"

#include <SignalBox/Trace>

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

namespace SignalBoxBenchmark {

namespace {

// The producer's side: a slice for the post, and one for each handler. The writer does not keep up, and drops most of it.
void measureTraced(benchmark::State &state, std::size_t count)
{
    const QString path = QDir::temp().filePath(QStringLiteral("signalbox-benchmark-trace.json"));
    SignalBox::setTraceFile(path);
    measureNotify<SignalBoxInline>(state, count);
    SignalBox::setTraceFile({});
    QFile::remove(path);
    QFile::remove(path + QStringLiteral(".previous"));
}

} // namespace

void registerInlinePost()
{
    for (const std::size_t count : {0, 1, 8}) {
        forEachPeer(PeerList<QtDirectConnection, SignalBoxInline>(), [count]<class Peer>(std::type_identity<Peer>) {
            benchmark::RegisterBenchmark(
                    benchmarkName("post", Peer::name, "inline-" + std::to_string(count)).c_str(),
                    [count](benchmark::State &state) { measureNotify<Peer>(state, count); });
        });
    }
    benchmark::RegisterBenchmark(benchmarkName("post", SignalBoxInline::name, "traced-1").c_str(),
                                 [](benchmark::State &state) { measureTraced(state, 1); });
}

} // namespace SignalBoxBenchmark
